#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/backoff.hpp>
#include <millrace/io/position.hpp>
#include <millrace/io/pump_sink.hpp>
#include <millrace/io/source_partition.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace millrace::core {

/// Polls one partition of a source, on a thread of its own, and sends what that gives with marks in between. Before a mark it
/// polls once more, so that what was there when the mark was asked for comes before it. A source that fails is opened anew
/// after a while; marks come in the meantime too.
class SourcePump {
 public:
  struct Options {
    std::string source;  // for logs
    int partition = 0;
    std::int64_t restartDelay = 2000;  // ms, and longer after each failure in a row
  };

  /// `sink` must outlive it.
  SourcePump(std::shared_ptr<Clock> clock, Options options, OpenSourcePartition open, PumpSink& sink);
  /// Stops.
  ~SourcePump();
  SourcePump(const SourcePump&) = delete;
  SourcePump& operator=(const SourcePump&) = delete;

  /// Once.
  void start();
  /// Asks for a mark; any thread.
  void requestMark(std::int64_t mark);
  /// Waits for the poll that runs, and for the sink.
  void stop();

 private:
  void run();
  void turn();
  /// True if something came.
  bool poll();
  void open();
  void noteFailure(const std::string& reason);
  std::optional<std::int64_t> nextMark();
  void awaitWork();
  void wake();

  const std::shared_ptr<Clock> clock_;
  const Options options_;
  const OpenSourcePartition open_;
  PumpSink& sink_;

  // on the pump's thread
  std::unique_ptr<SourcePartitionBase> partition_;
  Position position_;
  Position marked_;  // the position at the last mark
  Backoff backoff_;
  std::int64_t retryAt_ = 0;

  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  std::deque<std::int64_t> marks_ MILLRACE_GUARDED_BY(mutex_);
  bool woken_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::optional<std::stop_source> sleep_ MILLRACE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace millrace::core
