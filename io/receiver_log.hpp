#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/received_form.hpp>
#include <millrace/io/source_partition.hpp>
#include <millrace/io/store/block_log.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::core {

/// What a receiver stores, as a source that can be read again: each block is in a BlockLog before it is acknowledged or can be
/// polled, and its number there is its position. Until it is polled it is in memory, too; so the log is read only for what
/// an earlier run has left, or after a seek. Thread-safe.
class ReceiverLog {
 public:
  /// Blocks in memory may take so many bytes; then storing waits until some were polled.
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  struct Options {
    std::uint64_t segmentBytes = BlockLog::kUsualSegment;
    std::int64_t rollingInterval = 60'000;  // ms, after which a segment is not written on
    int maxFailures = 3;                    // attempts to write a block
    std::int64_t restartDelay = 2000;       // ms, until a poll that has failed is tried again, at first
    std::size_t mostBytes = kMostBytes;
  };

  /// `form` must have a codec when the log is opened.
  ReceiverLog(std::shared_ptr<Clock> clock, const ReceivedForm& form, const Options& options);

  /// Takes the directory; what BlockLog throws. IllegalArgument if a run cannot go on there at `from`, if that is given:
  /// blocks are missing, or hold records of another type.
  void open(std::shared_ptr<FileSystem> files, const std::string& directory,
            std::optional<std::uint64_t> from);
  /// Gives the directory back when the blocks that are being stored are; nothing is stored or polled any more.
  void close();

  /// Returns when the block is durable. Where it throws, nothing of it is polled in this run. Waits as long as memory is full,
  /// but not after `stop`.
  void store(BlockPtr block, const std::stop_token& stop);
  /// True once all was polled that an earlier run has left.
  bool isCaughtUp() const;
  /// Says that no later run begins before this position.
  void cleanTo(std::uint64_t position);

 private:
  friend class LoggedBlocks;
  struct OpenLog {
    OpenLog(std::shared_ptr<FileSystem> own, const std::string& directory, std::uint64_t segmentBytes)
        : files(std::move(own)), log(*files, directory, segmentBytes) {}
    const std::shared_ptr<FileSystem> files;
    BlockLog log;
  };

  std::shared_ptr<OpenLog> opened() const;
  void checkFrom(const BlockLog& log, const std::string& directory, std::uint64_t from) const;
  BlockPtr readBlock(const BlockLog& log, std::uint64_t position) const;
  std::uint64_t write(const Block& block);
  std::uint64_t append(OpenLog& open, std::string_view bytes);
  void rollInTime(BlockLog& log);
  void awaitRoom(const std::stop_token& stop);

  // For those that poll it.
  void attach(SourcePartitionBase* reader);
  void detach(SourcePartitionBase* reader);
  void notifyReaders() MILLRACE_REQUIRES(mutex_);
  std::uint64_t first() const;
  std::uint64_t next() const;
  /// The block at a position; null if there is none yet.
  BlockPtr take(std::uint64_t position);

  const std::shared_ptr<Clock> clock_;
  const ReceivedForm& form_;
  const Options options_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::shared_ptr<OpenLog> open_ MILLRACE_GUARDED_BY(mutex_);  // null before open, and once closed
  std::map<std::uint64_t, BlockPtr> inMemory_ MILLRACE_GUARDED_BY(mutex_);  // not polled yet
  std::uint64_t polled_ MILLRACE_GUARDED_BY(mutex_) = 1;  // blocks before it are in the log only
  std::size_t bytes_ MILLRACE_GUARDED_BY(mutex_) = 0;
  ByteWriter spare_ MILLRACE_GUARDED_BY(mutex_);  // memory for a block while it is written
  std::int64_t rolled_ MILLRACE_GUARDED_BY(mutex_) = 0;
  bool caughtUp_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::set<SourcePartitionBase*> readers_ MILLRACE_GUARDED_BY(mutex_);
};

/// Polls the blocks of a log, one at a time.
class LoggedBlocks final : public SourcePartitionBase {
 public:
  /// Begins at the oldest one.
  explicit LoggedBlocks(std::shared_ptr<ReceiverLog> log);
  ~LoggedBlocks() override;

  Position position() const override { return next_; }
  void seek(const Position& position) override { next_ = position.as<std::uint64_t>(); }
  /// It is told of new blocks.
  std::chrono::milliseconds pollInterval() const override { return std::chrono::seconds(10); }
  std::size_t pollsLeft() const override;
  BlockPtr pollBlock(std::size_t mostRecords) override;

 private:
  const std::shared_ptr<ReceiverLog> log_;
  std::uint64_t next_;
};

}  // namespace millrace::core
