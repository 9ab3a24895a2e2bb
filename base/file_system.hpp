#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class DirectoryWatch;

/// A file being written from its beginning. One thread at a time. Methods throw SparkException, naming the
/// file and the system's reason; after that the file's content is undefined.
class WritableFile {
 public:
  /// Closes the file if need be, and never throws: whoever has to know whether the bytes arrived calls
  /// close().
  virtual ~WritableFile() = default;

  virtual void write(std::string_view bytes) = 0;
  /// Returns when all that was written would survive a power cut.
  virtual void sync() = 0;
  /// Makes what was written visible to readers; says nothing about power cuts. Nothing may follow.
  virtual void close() = 0;
};

/// A file that is read from any place. Any thread may call. Methods throw SparkException, naming the file and
/// the system's reason.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;

  /// Reads what stands from byte `offset` on. Gives fewer bytes than there is room for only where the file
  /// ends, none behind its end.
  virtual std::size_t readAt(std::uint64_t offset, std::span<char> into) const = 0;
  /// How many bytes the file had when it was opened.
  virtual std::uint64_t size() const = 0;
};

/// A lock that its owner holds as long as this lives. It goes with the process too, however that ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// What a directory says of one of its names. Links are followed.
struct FileStatus {
  enum class Kind { kFile, kDirectory, kOther };

  std::string name;  // without the directory; any bytes
  Kind kind = Kind::kOther;
  std::uint64_t size = 0;     // bytes
  std::int64_t modified = 0;  // ms since the epoch: the last change of the content
  std::int64_t changed = 0;   // ns since the epoch: the last change of content, name, links or rights
  std::uint64_t inode = 0;    // stays when the file is renamed; another file gets another one
  std::string failure;        // why nothing is known, of kOther: a link to nowhere, say, or a loop of links
};

/// Where input, output, checkpoints and logs lie: no other code opens files, so that tests can make every
/// step fail. Any thread may call. Methods throw SparkException, naming the file and the system's reason.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Creates the directory and its parents; those that exist stay.
  virtual void createDirectories(const std::string& path) = 0;
  /// Creates the file; an older one with this name is emptied.
  virtual std::unique_ptr<WritableFile> openForWriting(const std::string& path) = 0;
  /// The same for a file that nobody but its user may read or write, as those of checkpoints are.
  virtual std::unique_ptr<WritableFile> openPrivate(const std::string& path) = 0;
  /// Replaces `to` in one step, so that a reader sees the old file or the new one; a directory replaces
  /// nothing but an empty one. Survives a power cut once it returns, with all other names in the directory of
  /// `to`.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// Takes the lock that a file stands for, and makes the file where it is missing. Null while somebody else, in this process
  /// or in another, has it.
  virtual std::unique_ptr<FileLock> tryLock(const std::string& path) = 0;
  /// Removes a file, or a directory with all it holds. False when there was nothing.
  virtual bool remove(const std::string& path) = 0;

  virtual bool exists(const std::string& path) const = 0;
  /// False when there is nothing, or something else.
  virtual bool isDirectory(const std::string& path) const = 0;
  /// The names in a directory, ordered.
  virtual std::vector<std::string> list(const std::string& path) const = 0;
  /// The names in a directory with what is known of each, in no order. What vanishes meanwhile may be missing.
  virtual std::vector<FileStatus> listStatus(const std::string& path) const = 0;
  /// What is known of one name; nothing when there is no such name.
  virtual std::optional<FileStatus> status(const std::string& path) const = 0;
  /// Opens a regular file; what else has a name (a directory, a pipe) is an error.
  virtual std::unique_ptr<ReadableFile> openForReading(const std::string& path) const = 0;
  /// All bytes of a file.
  virtual std::string read(const std::string& path) const = 0;

  /// Tells soon what comes into directories; null where that cannot be known but by listing them.
  virtual std::unique_ptr<DirectoryWatch> watchDirectories() const;
};

/// The machine's own file system.
class LocalFileSystem : public FileSystem {
 public:
  void createDirectories(const std::string& path) override;
  std::unique_ptr<WritableFile> openForWriting(const std::string& path) override;
  std::unique_ptr<WritableFile> openPrivate(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  std::unique_ptr<FileLock> tryLock(const std::string& path) override;
  bool remove(const std::string& path) override;
  bool exists(const std::string& path) const override;
  bool isDirectory(const std::string& path) const override;
  std::vector<std::string> list(const std::string& path) const override;
  std::vector<FileStatus> listStatus(const std::string& path) const override;
  std::optional<FileStatus> status(const std::string& path) const override;
  std::unique_ptr<ReadableFile> openForReading(const std::string& path) const override;
  std::string read(const std::string& path) const override;
  std::unique_ptr<DirectoryWatch> watchDirectories() const override;
};

}  // namespace millrace
