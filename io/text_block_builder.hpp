#pragma once

#include <millrace/io/line_scan.hpp>
#include <millrace/io/text_block.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::core {

/// What became of the lines; written by the builder's thread, readable by all.
struct LineCounts {
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> tooLong{0};      // passed over
  std::atomic<std::uint64_t> cutShort{0};     // dropped: the connection ended in mid-line
  std::atomic<std::uint64_t> invalidUtf8{0};  // kept as they are
};

inline constexpr std::size_t kDefaultLineLimit = std::size_t{1} << 20;

/// Splits text at LF, CR and CR LF while it lies in the memory that will be the block: nothing is copied per line, and
/// how the bytes were cut into reads makes no difference to the lines. Lines longer than the limit (terminator not
/// counted) are passed over without being kept, so memory stays below the limit plus a buffer whatever the peer sends.
/// Bytes are kept as they come, NUL and invalid UTF-8 included.
///
///     auto room = builder.prepare();  →  read into it  →  builder.commit(n)  →  ...  →  builder.cut()
///
/// For one thread; blocks may be read by others at once.
class TextBlockBuilder {
 public:
  explicit TextBlockBuilder(std::size_t lineLimit = kDefaultLineLimit);

  /// Room for the next read, 16 to 256 KiB; valid until the next call of any method but the const ones.
  std::span<char> prepare();
  /// The first `size` bytes of that room have been filled.
  void commit(std::size_t size);

  /// The input ended in good order: what stands behind the last terminator is a line too.
  void endInput();
  /// The input broke off: a line without terminator may be the half of one and is dropped.
  void breakInput();

  /// Complete lines not yet in a block, and the memory they take.
  std::size_t lines() const { return closedLines_ + open_.records; }
  std::size_t bytes() const;

  /// The oldest lines as a block, at most `maxLines`; null if there are none. Copies nothing.
  BlockPtr cut(std::size_t maxLines = std::numeric_limits<std::size_t>::max());

  /// What was read of the line that is not complete yet; valid until the next call of any method but the const ones.
  std::string_view incomplete() const {
    return buffer_ ? std::string_view(buffer_->text() + lineStart_, filled_ - lineStart_)
                   : std::string_view();
  }

  const LineCounts& counts() const { return counts_; }

 private:
  void split(const LineMasks& masks, std::size_t at);
  void addLine(std::size_t end, bool crLf);
  void countInvalidUtf8(std::uint32_t firstEnd, std::size_t lineStart);
  void closeSlice();
  void nextBuffer();
  std::size_t lineEndsInBuffer() const { return open_.firstEnd + open_.ends; }

  const std::size_t lineLimit_;
  const std::size_t bufferSize_;
  std::shared_ptr<TextBuffer> buffer_;
  std::size_t filled_ = 0;     // end of what was read
  std::size_t lineStart_ = 0;  // of the line that is not complete yet
  bool afterCr_ = false;       // a LF that comes now belongs to the CR before it
  bool skipping_ = false;      // inside a line that is too long
  bool nonAscii_ = false;      // the incomplete line holds a byte above 127
  TextSlice open_;
  std::vector<TextSlice> closed_;
  std::size_t closedLines_ = 0;
  LineCounts counts_;
};

}  // namespace millrace::core
