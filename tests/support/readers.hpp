#pragma once

#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::test {

/// A reader that gives these chunks, one after another, and then no more. Empty ones are given, too.
template <class T>
class ChunksReader final : public core::Reader<T> {
 public:
  explicit ChunksReader(std::vector<std::vector<T>> chunks, bool movable = true)
      : chunks_(std::move(chunks)), movable_(movable) {}

  core::Chunk<T> next() override {
    if (at_ == chunks_.size()) return {};
    const auto& chunk = chunks_[at_++];
    return {chunk.data(), chunk.size(), movable_};
  }
  /// How many chunks were asked for, the end not counted.
  std::size_t asked() const { return at_; }

 private:
  std::vector<std::vector<T>> chunks_;
  bool movable_;
  std::size_t at_ = 0;
};

template <class T>
std::unique_ptr<ChunksReader<T>> chunksReader(std::vector<std::vector<T>> chunks, bool movable = true) {
  return std::make_unique<ChunksReader<T>>(std::move(chunks), movable);
}

/// All that a reader gives until its first empty chunk, owned.
template <class T>
std::vector<owned_t<T>> drain(core::Reader<T>& reader) {
  std::vector<owned_t<T>> records;
  for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next())
    core::appendOwned<T>(records, chunk);
  return records;
}
template <class T>
std::vector<owned_t<T>> drain(core::ReaderPtr reader) {
  return drain(static_cast<core::Reader<T>&>(*reader));
}

}  // namespace millrace::test
