#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/recovery/batch_record.hpp>
#include <millrace/contexts/recovery/logged_runs.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/block_log.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace millrace::core {

/// The log of what batches have read: a later run gives those that were not committed the same input again. It also says in
/// which batches runs have died. What a method writes is durable when it returns; where it throws, it may be there or not.
/// Thread-safe.
class BatchLog {
 public:
  static constexpr std::uint64_t kSegment = std::uint64_t{1} << 20;

  /// Takes the directory for this process, and reads what earlier runs have left there. Throws what BlockLog throws. `files`
  /// outlives the log.
  BatchLog(FileSystem& files, const std::string& directory);

  /// What there was when the log was opened. Once.
  LoggedRuns takeEarlier() { return std::exchange(earlier_, {}); }

  void beginRun(const RunBegin& run);
  void beginBatch(Time time);
  /// Logs a batch, unless there is one of its time already. One that could not be logged is logged together with the next.
  void append(LoggedBatch batch);
  /// Logs anew a batch that is there already, since it is skipped from now on.
  void skip(const LoggedBatch& batch);
  /// Says that this run is over, if it had begun.
  void endRun();
  /// The batches up to this time will not be asked for again.
  void cleanTo(Time committed);

 private:
  void write(const LoggedBatch& batch) MILLRACE_REQUIRES(mutex_);

  BlockLog log_;
  LoggedRuns earlier_;
  Mutex mutex_;
  std::map<Time, std::uint64_t> positions_ MILLRACE_GUARDED_BY(mutex_);  // of batches that are not committed
  std::deque<LoggedBatch> unlogged_ MILLRACE_GUARDED_BY(mutex_);
  bool hasBegun_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
