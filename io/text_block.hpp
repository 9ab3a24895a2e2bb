#pragma once

#include <millrace/base/memory_pool.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace millrace::core {

/// The end of one line in 32 bits: the offset of its terminator, whether that is CR LF, and whether the line is left
/// out of the block because it was too long.
class LineEnd {
 public:
  static constexpr std::size_t kMaxOffset = std::size_t{1} << 30;

  LineEnd() = default;
  LineEnd(std::size_t offset, bool crLf, bool skipped)
      : bits_(static_cast<std::uint32_t>(offset << 2 | std::size_t{skipped} << 1 | std::size_t{crLf})) {}

  std::uint32_t offset() const { return bits_ >> 2; }
  std::uint32_t nextLine() const { return offset() + 1 + (bits_ & kCrLf); }
  bool skipped() const { return (bits_ & kSkipped) != 0; }
  void extendToCrLf() { bits_ |= kCrLf; }

 private:
  static constexpr std::uint32_t kCrLf = 1;
  static constexpr std::uint32_t kSkipped = 2;

  std::uint32_t bits_;
};

/// Memory that text is read into and that blocks then share: text grows from the front, line ends from the back. So a
/// block needs no memory of its own, and all of it goes back to the pool in one piece. One thread fills the buffer; the
/// part that blocks show never changes.
class TextBuffer {
 public:
  explicit TextBuffer(std::size_t size) : size_(size), memory_(static_cast<char*>(poolAllocate(size))) {}
  ~TextBuffer() { poolFree(memory_, size_); }
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  std::size_t size() const { return size_; }
  char* text() { return memory_; }
  const char* text() const { return memory_; }
  /// The end of line i is lineEnds()[-1 - i].
  LineEnd* lineEnds() { return reinterpret_cast<LineEnd*>(memory_ + size_); }
  const LineEnd* lineEnds() const { return reinterpret_cast<const LineEnd*>(memory_ + size_); }

 private:
  std::size_t size_;
  char* memory_;
};

/// Consecutive lines of one buffer. The first starts at `begin`, each other after the one before it.
struct TextSlice {
  std::shared_ptr<const TextBuffer> buffer;
  std::uint32_t begin = 0;
  std::uint32_t firstEnd = 0;
  std::uint32_t ends = 0;
  std::uint32_t records = 0;  // ends without the skipped lines

  /// Takes the first `count` records out of this slice, which must hold more.
  TextSlice splitOff(std::size_t count);
  std::size_t bytes() const;
};

/// Lines of text as a partition of std::string_view into memory that the block keeps alive.
class TextBlock final : public Block {
 public:
  explicit TextBlock(std::vector<TextSlice> slices);
  /// Poisons its lines, since others may keep the buffer.
  ~TextBlock() override;

  ReaderPtr open() const override;
  std::size_t records() const override { return records_; }
  std::size_t bytes() const override { return bytes_; }

 private:
  std::vector<TextSlice> slices_;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::core
