#pragma once

#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::core {

/// What a file of a store begins with, so that no file is taken for one of another kind or of a later format.
struct FileKind {
  std::string_view magic;  // 8 bytes
  std::uint32_t version;
  std::string_view what;  // how errors call it
};

/// A file holds what nobody has written there. It names the file and the offset.
class DamagedFile : public SparkException {
 public:
  DamagedFile(const std::string& path, std::uint64_t offset, std::string_view what);
};

/// Writes a file that is a header and frames: length, checksums, payload (docs/checkpoint_format.md). One thread at a time.
class FrameWriter {
 public:
  static constexpr std::size_t kLargestFrame = std::size_t{1} << 30;

  FrameWriter(std::unique_ptr<WritableFile> file, const FileKind& kind);

  /// Writes a frame; returns where it begins. Unsupported if the payload is larger than kLargestFrame.
  std::uint64_t append(std::string_view payload);
  /// Returns when all frames would survive a power cut. A file whose sync has failed is never synced again, since the system
  /// may have dropped what it could not write: IllegalState.
  void sync();
  /// Bytes written so far.
  std::uint64_t size() const { return size_; }

 private:
  const std::unique_ptr<WritableFile> file_;
  std::uint64_t size_ = 0;
  bool syncFailed_ = false;
  std::string room_;
};

/// Reads the frames of a file one after the other and tells three ends apart, for files to which a frame is appended only when
/// the one before it is durable:
///   - clean: the file ends with a frame;
///   - torn: a last frame is not whole, and nothing is behind it. A crash in the middle of a write leaves that, and the
///     frame was never durable (or it is the last one and was damaged since, which nobody can tell from it);
///   - damage: a frame is not whole, and there is something behind it. DamagedFile.
/// Lengths are compared with the file before anything is allocated.
class FrameReader {
 public:
  static constexpr std::uint64_t kFileHeader = 16;

  /// Reads the header: DamagedFile if it is not this kind's, Unsupported if it is of another version of the format.
  FrameReader(std::shared_ptr<const ReadableFile> file, std::string path, const FileKind& kind);
  /// Reads from a frame on that begins at `begin`, of a file whose header somebody has read already.
  FrameReader(std::shared_ptr<const ReadableFile> file, std::string path, std::uint64_t begin);

  /// The next payload, valid until the next call; nothing at a clean or torn end.
  std::optional<std::string_view> next();
  bool isTorn() const { return torn_; }
  /// Where the next frame begins, and where the one that was given last did.
  std::uint64_t position() const { return at_; }
  std::uint64_t lastBegin() const { return lastBegin_; }
  [[noreturn]] void fail(std::uint64_t offset, std::string_view what) const;

 private:
  struct Header;
  std::optional<Header> headerAt(std::uint64_t offset) const;
  bool isWhole(std::uint64_t offset, const Header& header);
  bool wholeFrameBehind(std::uint64_t offset);

  const std::shared_ptr<const ReadableFile> file_;
  const std::string path_;
  std::uint64_t at_ = kFileHeader;
  std::uint64_t lastBegin_ = 0;
  bool torn_ = false;
  std::string payload_;
};

/// A framed file that comes into being whole or not at all: it is written beside its place and moved there when it is durable.
class NewFile {
 public:
  static constexpr std::string_view kDraft = ".tmp";

  NewFile(FileSystem& files, std::string path, const FileKind& kind);
  /// Removes the draft if it was not kept.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  FrameWriter& frames() { return *frames_; }
  const FrameWriter& frames() const { return *frames_; }
  /// Returns when the file has its name, and both would survive a power cut. Where it throws, the file may have its name or
  /// not. Gives the writer, with which a log goes on.
  std::unique_ptr<FrameWriter> keep();

 private:
  void removeDraft() noexcept;

  FileSystem& files_;
  const std::string path_;
  std::unique_ptr<FrameWriter> frames_;
};

}  // namespace millrace::core
