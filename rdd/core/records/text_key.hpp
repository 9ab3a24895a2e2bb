#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
#define MILLRACE_LOAD_PAST_END 0
#else
#define MILLRACE_LOAD_PAST_END 1
#endif

namespace millrace::core {

/// A text key in 16 bytes, as tables store it. Up to 12 bytes lie inline behind the length, zero-padded; of longer
/// texts the first four do, followed by a pointer to the whole text (in the record while probing, in the table's arena
/// once kept). Equality and hash of short keys take the two words as they are, without a look at the length.
class TextKey {
 public:
  static constexpr std::size_t kInline = 12;

  /// 4 GiB - 1.
  static constexpr std::size_t kLongest = 0xffffffff;

  TextKey() = default;
  /// Unsupported for a text that is longer than kLongest.
  explicit TextKey(std::string_view text) {
    if (text.size() <= kInline) {
      const std::uint64_t size = text.size();
      auto [low, high] = loadShort(text);
      low_ = size | (low << 32);
      high_ = (low >> 32) | (high << 32);
    } else {
      if (text.size() > kLongest) [[unlikely]]
        refuse(text.size());
      std::uint32_t prefix;
      std::memcpy(&prefix, text.data(), sizeof prefix);
      low_ = text.size() | (static_cast<std::uint64_t>(prefix) << 32);
      high_ = reinterpret_cast<std::uintptr_t>(text.data());
    }
  }

  std::size_t size() const { return static_cast<std::uint32_t>(low_); }
  bool isInline() const { return size() <= kInline; }

  std::string_view text() const {
    if (isInline()) return {reinterpret_cast<const char*>(this) + sizeof(std::uint32_t), size()};
    return {reinterpret_cast<const char*>(high_), size()};
  }

  /// Makes the key independent of the record it was read from.
  void keepIn(TextArena& arena) {
    if (!isInline()) high_ = reinterpret_cast<std::uintptr_t>(arena.copy(text()));
  }

  std::uint64_t hash() const {
    if (isInline()) [[likely]]
      return hashShortText(low_, high_);
    return hashLongBytes(reinterpret_cast<const char*>(high_), size());
  }

  friend bool operator==(const TextKey& a, const TextKey& b) {
    if (a.low_ != b.low_) return false;
    if (a.high_ == b.high_) [[likely]]
      return true;
    return !a.isInline() && std::memcmp(reinterpret_cast<const char*>(a.high_),
                                        reinterpret_cast<const char*>(b.high_), a.size()) == 0;
  }

 private:
  struct Words {
    std::uint64_t low, high;
  };

  [[noreturn]] static void refuse(std::size_t size);

  /// The text's bytes, zero-padded to 16. One masked load where the 16 bytes cannot touch the next page; the bytes
  /// behind the text are read but never used. A text at the very beginning of a page takes the slow way, because a null
  /// view, at address 0, looks like one.
  static Words loadShort(std::string_view text) {
#if MILLRACE_LOAD_PAST_END
    constexpr std::uintptr_t kPageMask = 4095;
    if (((reinterpret_cast<std::uintptr_t>(text.data()) - 1) & kPageMask) <= kPageMask - 16) [[likely]] {
      const char* from = text.data();
      asm("" : "+r"(from));  // hides which object this is: the compiler would warn of reading past its end
      Words words;
      std::memcpy(&words, from, sizeof words);
      const Words& mask = kMasks[text.size()];
      return {words.low & mask.low, words.high & mask.high};
    }
#endif
    Words words{0, 0};
    if (!text.empty()) std::memcpy(&words, text.data(), text.size());
    return words;
  }

  static constexpr std::array<Words, kInline + 1> kMasks = [] {
    std::array<Words, kInline + 1> masks{};
    for (std::size_t size = 0; size <= kInline; ++size) {
      masks[size].low = size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
      masks[size].high = size <= 8 ? 0 : (std::uint64_t{1} << (8 * (size - 8))) - 1;
    }
    return masks;
  }();

  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};
static_assert(sizeof(TextKey) == 16);

}  // namespace millrace::core
