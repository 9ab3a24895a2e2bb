#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/backoff.hpp>
#include <millrace/io/position.hpp>
#include <millrace/io/pump_sink.hpp>
#include <millrace/io/rate_shares.hpp>
#include <millrace/io/source_partition.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace millrace::core {

/// Polls one partition of a source, on a thread of its own, and sends what that gives with marks in between. Before a mark it
/// polls once more, or as often as the source says, so that what was there when the mark was asked for comes before it, but for
/// what goes beyond 64 MiB. A source that fails is opened anew
/// after a while; marks come in the meantime too. It polls for as many records as the source's rate limit permits.
class SourcePump {
 public:
  struct Options {
    std::string source;  // for logs
    int partition = 0;
    std::int64_t restartDelay = 2000;  // ms, and longer after each failure in a row
  };

  /// `rate`, which has a share for its partition, and `sink` must outlive it.
  SourcePump(std::shared_ptr<Clock> clock, Options options, OpenSourcePartition open, RateShares& rate,
             PumpSink& sink);
  /// Stops.
  ~SourcePump();
  SourcePump(const SourcePump&) = delete;
  SourcePump& operator=(const SourcePump&) = delete;

  /// Begins at this position instead of the source's first one. Before start.
  void startAt(const Position& position) { position_ = marked_ = position; }
  /// Once.
  void start();
  /// Asks for a mark; any thread.
  void requestMark(std::int64_t mark);
  /// Looks again at once how much the rate permits; any thread.
  void wake();
  /// Waits for the poll that runs, and for the sink.
  void stop();
  /// True on the pump's thread.
  bool isOwnThread() const;

 private:
  void run();
  void turn();
  /// True if something came.
  bool poll();
  void pollToEnd();
  void open();
  BlockPtr pollBlock(std::size_t permits);
  void noteFailure(const std::string& reason);
  std::optional<std::int64_t> nextMark();
  void awaitWork();
  std::int64_t nextPoll();
  std::size_t sharer() const { return static_cast<std::size_t>(options_.partition); }

  const std::shared_ptr<Clock> clock_;
  const Options options_;
  const OpenSourcePartition open_;
  RateShares& rate_;
  PumpSink& sink_;

  // on the pump's thread
  std::unique_ptr<SourcePartitionBase> partition_;
  Position position_;
  Position marked_;  // the position at the last mark
  Backoff backoff_;
  std::int64_t retryAt_ = 0;
  std::size_t sent_ = 0;  // bytes
  bool limited_ = false;  // the rate permitted no record

  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  std::deque<std::int64_t> marks_ MILLRACE_GUARDED_BY(mutex_);
  bool woken_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::optional<std::stop_source> sleep_ MILLRACE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace millrace::core
