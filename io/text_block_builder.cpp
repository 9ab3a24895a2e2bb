#include <millrace/io/text_block_builder.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/utf8.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kBufferSize = std::size_t{2} << 20;
constexpr std::size_t kLeastRead = std::size_t{16} << 10;
constexpr std::size_t kMostRead = std::size_t{256} << 10;
constexpr std::size_t kRoomPerByte = 1 + sizeof(LineEnd);  // every byte read may be a line

std::size_t bufferSizeFor(std::size_t lineLimit) {
  std::size_t least = lineLimit + 2 * kRoomPerByte * kLeastRead;
  if (lineLimit == 0 || least > LineEnd::kMaxOffset) {
    throw IllegalArgument("A line limit of " + std::to_string(lineLimit) +
                          " bytes cannot work: give spark.streaming.receiver.maxLineBytes 1 to 1000m");
  }
  return std::max(kBufferSize, (least + 4095) / 4096 * 4096);
}

void add(std::atomic<std::uint64_t>& count, std::uint64_t more) {
  count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

TextBlockBuilder::TextBlockBuilder(std::size_t lineLimit)
    : lineLimit_(lineLimit), bufferSize_(bufferSizeFor(lineLimit)) {}

std::span<char> TextBlockBuilder::prepare() {
  auto room = [this] {
    return (bufferSize_ - filled_ - lineEndsInBuffer() * sizeof(LineEnd)) / kRoomPerByte;
  };
  if (!buffer_ || room() < kLeastRead) nextBuffer();
  return {buffer_->text() + filled_, std::min(room(), kMostRead)};
}

void TextBlockBuilder::commit(std::size_t size) {
  if (size == 0) return;
  const char* text = buffer_->text();
  std::size_t at = filled_;
  filled_ += size;
  std::uint32_t before = open_.records;
  for (; filled_ - at >= kScanBytes; at += kScanBytes) split(scanLines(text + at), at);
  if (at < filled_) {
    char rest[kScanBytes] = {};
    std::memcpy(rest, text + at, filled_ - at);
    split(scanLines(rest), at);
    afterCr_ = text[filled_ - 1] == '\r';
  }
  add(counts_.lines, open_.records - before);

  if (!skipping_ && filled_ - lineStart_ > lineLimit_) {
    skipping_ = true;
    add(counts_.tooLong, 1);
  }
  if (skipping_) filled_ = lineStart_;
}

inline void TextBlockBuilder::split(const LineMasks& masks, std::size_t at) {
  std::uint64_t ends = masks.lf | masks.cr;
  std::uint64_t crLf = 0;
  if (masks.cr != 0 || afterCr_) {
    std::uint64_t secondHalves = masks.lf & (masks.cr << 1 | std::uint64_t{afterCr_});
    if (afterCr_ && (secondHalves & 1) != 0) {
      if (open_.ends > 0) {
        buffer_->lineEnds()[-static_cast<std::ptrdiff_t>(lineEndsInBuffer())].extendToCrLf();
      } else {
        ++open_.begin;
      }
      ++lineStart_;
    }
    crLf = secondHalves >> 1;
    ends &= ~secondHalves;
    afterCr_ = masks.cr >> (kScanBytes - 1) != 0;
  }

  std::uint32_t firstEnd = open_.ends;
  std::size_t firstStart = lineStart_;
  std::uint64_t left = ends;
  for (; left != 0; left &= left - 1) {
    int bit = std::countr_zero(left);
    addLine(at + static_cast<std::size_t>(bit), (crLf >> bit & 1) != 0);
  }

  if (nonAscii_ || masks.nonAscii != 0) {
    if (ends == 0) {
      nonAscii_ = true;
    } else {
      countInvalidUtf8(firstEnd, firstStart);
      nonAscii_ = std::bit_width(masks.nonAscii) > std::bit_width(ends);
    }
  }
}

inline void TextBlockBuilder::addLine(std::size_t end, bool crLf) {
  bool tooLong = skipping_ || end - lineStart_ > lineLimit_;
  if (tooLong && !skipping_) add(counts_.tooLong, 1);
  skipping_ = false;
  buffer_->lineEnds()[-1 - static_cast<std::ptrdiff_t>(lineEndsInBuffer())] = LineEnd(end, crLf, tooLong);
  ++open_.ends;
  open_.records += !tooLong;
  lineStart_ = end + 1 + std::size_t{crLf};
}

void TextBlockBuilder::countInvalidUtf8(std::uint32_t firstEnd, std::size_t lineStart) {
  const LineEnd* end = buffer_->lineEnds() - open_.firstEnd - firstEnd;
  for (std::uint32_t i = firstEnd; i < open_.ends; ++i) {
    --end;
    bool invalid = !end->skipped() && !isValidUtf8({buffer_->text() + lineStart, end->offset() - lineStart});
    add(counts_.invalidUtf8, invalid);
    lineStart = end->nextLine();
  }
}

void TextBlockBuilder::endInput() {
  if (skipping_ || filled_ > lineStart_) {
    prepare()[0] = '\n';
    commit(1);
  }
  afterCr_ = false;
}

void TextBlockBuilder::breakInput() {
  if (!skipping_ && filled_ > lineStart_) add(counts_.cutShort, 1);
  filled_ = lineStart_;
  skipping_ = nonAscii_ = afterCr_ = false;
}

std::size_t TextBlockBuilder::bytes() const {
  std::size_t bytes = open_.bytes();
  for (const TextSlice& slice : closed_) bytes += slice.bytes();
  return bytes;
}

BlockPtr TextBlockBuilder::cut(std::size_t maxLines) {
  closeSlice();
  std::size_t left = std::min(maxLines, closedLines_);
  if (left == 0) return nullptr;
  closedLines_ -= left;
  std::vector<TextSlice> slices;
  auto slice = closed_.begin();
  for (; slice != closed_.end() && slice->records <= left; ++slice) {
    left -= slice->records;
    slices.push_back(std::move(*slice));
  }
  closed_.erase(closed_.begin(), slice);
  if (left > 0) slices.push_back(closed_.front().splitOff(left));
  return std::make_shared<TextBlock>(std::move(slices));
}

void TextBlockBuilder::closeSlice() {
  if (open_.records > 0) {
    closed_.push_back(open_);
    closedLines_ += open_.records;
  }
  open_.firstEnd += open_.ends;
  open_.ends = open_.records = 0;
  open_.begin = static_cast<std::uint32_t>(lineStart_);
}

void TextBlockBuilder::nextBuffer() {
  closeSlice();
  auto next = std::make_shared<TextBuffer>(bufferSize_);
  std::size_t tail = filled_ - lineStart_;
  if (tail > 0) std::memcpy(next->text(), buffer_->text() + lineStart_, tail);
  buffer_ = std::move(next);
  open_ = {.buffer = buffer_};
  filled_ = tail;
  lineStart_ = 0;
}

}  // namespace millrace::core
