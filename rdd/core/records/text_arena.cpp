#include <millrace/base/memory_pool.hpp>
#include <millrace/base/poison.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace::core {

TextArena::TextArena(TextArena&& other) noexcept
    : pieces_(std::exchange(other.pieces_, {})),
      free_(std::exchange(other.free_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

TextArena& TextArena::operator=(TextArena&& other) noexcept {
  if (this == &other) return *this;
  release(0);
  pieces_ = std::exchange(other.pieces_, {});
  free_ = std::exchange(other.free_, nullptr);
  end_ = std::exchange(other.end_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

TextArena::~TextArena() { release(0); }

const char* TextArena::copy(std::string_view text) {
  if (text.empty()) return "";
  bytes_ += text.size();
  if (static_cast<std::size_t>(end_ - free_) < text.size()) free_ = grow(text.size());
  char* to = std::exchange(free_, free_ + text.size());
  unpoison(to, text.size());
  std::memcpy(to, text.data(), text.size());
  return to;
}

void TextArena::clear() noexcept {
  release(std::min<std::size_t>(pieces_.size(), 1));
  free_ = pieces_.empty() ? nullptr : pieces_[0].begin;
  end_ = pieces_.empty() ? nullptr : free_ + pieces_[0].size;
  if (!pieces_.empty()) poison(pieces_[0].begin, pieces_[0].size);
  bytes_ = 0;
}

char* TextArena::grow(std::size_t size) {
  constexpr std::size_t kLargestStep = std::size_t{1} << 20;
  std::size_t step = pieces_.empty() ? kPooledBytes : std::min(pieces_.back().size * 2, kLargestStep);
  std::size_t bytes = std::max(step, size);
  pieces_.reserve(pieces_.size() + 1);
  auto* begin = static_cast<char*>(poolAllocate(bytes));
  pieces_.push_back({begin, bytes});
  end_ = begin + bytes;
  return begin;
}

void TextArena::release(std::size_t keep) noexcept {
  for (std::size_t i = keep; i < pieces_.size(); ++i) poolFree(pieces_[i].begin, pieces_[i].size);
  pieces_.resize(keep);
}

}  // namespace millrace::core
