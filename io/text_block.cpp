#include <millrace/base/poison.hpp>
#include <millrace/io/text_block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

class TextReader final : public Reader<std::string_view> {
 public:
  TextReader(const std::vector<TextSlice>& slices, std::size_t records)
      : slice_(slices.data()), last_(slice_ + slices.size()), views_(std::min(kChunkSize, records) + 1) {
    if (slice_ != last_) rewind();
  }

  Chunk<std::string_view> next() override {
    while (slice_ != last_) {
      if (std::size_t size = fill(); size > 0) {
        giveRecords(size);
        return {views_.data(), size, false};
      }
      if (++slice_ != last_) rewind();
    }
    return {};
  }

 private:
  void rewind() {
    lineStart_ = slice_->begin;
    end_ = slice_->buffer->lineEnds() - slice_->firstEnd;
    lastEnd_ = end_ - slice_->ends;
  }

  std::size_t fill() {
    const char* text = slice_->buffer->text();
    std::size_t size = 0;
    while (end_ != lastEnd_ && size < kChunkSize) {
      LineEnd end = *--end_;
      std::construct_at(views_.data() + size, text + lineStart_, end.offset() - lineStart_);
      size += !end.skipped();
      lineStart_ = end.nextLine();
    }
    return size;
  }

  const TextSlice* slice_;
  const TextSlice* last_;
  std::uint32_t lineStart_ = 0;
  const LineEnd* end_ = nullptr;
  const LineEnd* lastEnd_ = nullptr;
  Buffer<std::string_view> views_;  // and room for a skipped line behind the last one
};

}  // namespace

TextSlice TextSlice::splitOff(std::size_t count) {
  TextSlice head = *this;
  const LineEnd* end = buffer->lineEnds() - firstEnd;
  head.ends = 0;
  for (std::size_t taken = 0; taken < count; ++head.ends) taken += !(*--end).skipped();
  head.records = static_cast<std::uint32_t>(count);
  begin = end->nextLine();
  firstEnd += head.ends;
  ends -= head.ends;
  records -= head.records;
  return head;
}

std::size_t TextSlice::bytes() const {
  if (ends == 0) return 0;
  const LineEnd* last = buffer->lineEnds() - firstEnd - ends;
  return last->nextLine() - begin + ends * sizeof(LineEnd);
}

TextBlock::TextBlock(std::vector<TextSlice> slices) : slices_(std::move(slices)) {
  for (const TextSlice& slice : slices_) {
    records_ += slice.records;
    bytes_ += slice.bytes();
  }
}

TextBlock::~TextBlock() {
  for (const TextSlice& slice : slices_) {
    if (slice.ends == 0) continue;
    const LineEnd* last = slice.buffer->lineEnds() - slice.firstEnd - slice.ends;
    poison(slice.buffer->text() + slice.begin, last->offset() - slice.begin);
  }
}

ReaderPtr TextBlock::open() const { return std::make_unique<TextReader>(slices_, records_); }

}  // namespace millrace::core
