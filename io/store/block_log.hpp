#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/store/directory_lock.hpp>
#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/framed_file.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

inline constexpr FileKind kLogSegment{"MRSTBLOG", 1, "segment of a block log"};

/// A write-ahead log: blocks of bytes, such as what receivers took in, numbered from 1 in the order in which they
/// became durable. The number is the block's position; it stays the same in every later run. Any thread may call.
///
/// The log is a directory of segments. Blocks that wait while others are being synced are written together, with one sync.
class BlockLog {
 public:
  static constexpr std::uint64_t kUsualSegment = std::uint64_t{64} << 20;

  /// Opens the log of a directory, which is made where it is missing, and takes it for this process alone: SparkException
  /// naming the owner if it has one. All segments are read, so that damage is found here: DamagedFile naming file and offset. A
  /// block that was being written when its process died is not there, and was not acknowledged. `files` outlives the log.
  BlockLog(FileSystem& files, std::string directory, std::uint64_t segmentBytes = kUsualSegment);
  ~BlockLog();
  BlockLog(const BlockLog&) = delete;
  BlockLog& operator=(const BlockLog&) = delete;

  /// Returns its position when the block would survive a power cut. Where it throws, the block was not acknowledged, and the
  /// next one begins a new segment; a later run may find it all the same, unless a block was acknowledged after it.
  std::uint64_t append(std::string_view block);
  /// Has the next block begin a new segment.
  void roll() { rolls_ = true; }
  /// How many calls of append wait, those that are being written not counted.
  std::size_t waiting() const;

  /// The position of the oldest block that is there, and that of the next one to come. They are equal if there is none.
  std::uint64_t first() const;
  std::uint64_t next() const;
  /// Gives the blocks from position `from` up to but not including `to`, in order; each is valid during the call. IllegalArgument
  /// naming what there is if one of them is not there.
  void read(std::uint64_t from, std::uint64_t to,
            FunctionRef<void(std::uint64_t position, std::string_view block)> visit) const;

  /// Removes the segments all of whose blocks lie before this position.
  void cleanTo(std::uint64_t position);

 private:
  struct Frame {
    std::uint64_t first;
    std::uint64_t offset;
  };
  struct Segment {
    std::string path;
    std::uint64_t first = 1;
    std::uint64_t next = 1;
    std::vector<Frame> frames;
  };
  /// Where a group stands, and the segment that was begun for it, if one was.
  struct Written {
    std::optional<Segment> begun;
    std::uint64_t offset = 0;
  };
  struct Waiting {
    std::string_view block;
    std::uint64_t position = 0;
    std::exception_ptr failure;
    bool isDone = false;
  };

  /// The last frame that a process before this one has written: it may have died before it synced it.
  struct Unsure {
    std::string path;
    Frame frame;
  };

  void open();
  void add(Segment segment) MILLRACE_REQUIRES(mutex_);
  Segment scan(const std::string& path) const;
  Segment beginSegment(std::uint64_t first);
  void writeGroup() MILLRACE_REQUIRES(mutex_);
  Written write(const std::vector<Waiting*>& group, std::uint64_t first);

  FileSystem& files_;
  const std::string directory_;
  const std::uint64_t segmentBytes_;
  const DirectoryLock owner_;

  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::vector<Segment> segments_ MILLRACE_GUARDED_BY(mutex_);
  std::deque<Waiting*> waiting_ MILLRACE_GUARDED_BY(mutex_);
  bool isWriting_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::atomic<bool> rolls_ = false;
  // Of the thread that writes.
  std::unique_ptr<FrameWriter> file_;  // of the last segment; null where the next group begins one
  std::uint64_t lastNumber_ = 0;
  ByteWriter group_;
  /// Goes into the first segment of this process, too, so that nothing stands behind a frame that a power cut may still take.
  std::optional<Unsure> unsure_;
};

}  // namespace millrace::core
