#pragma once

#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/block_generator.hpp>
#include <millrace/io/rate_limiter.hpp>
#include <millrace/io/receiver_base.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace millrace::core {

/// How receivers are run. Keys of Spark are named after spark.streaming.
struct ReceiverOptions {
  std::int64_t blockInterval = 200;              // blockInterval, ms; a rate limit lets as much pile up
  std::size_t blockQueueSize = 10;               // blockQueueSize
  std::int64_t restartDelay = 2000;              // receiverRestartDelay, ms
  std::int64_t maxRate = RateLimiter::kNoLimit;  // receiver.maxRate, records/s
  bool live = false;  // hand records on as they come, not at the end of an interval
  std::int64_t initialRate = RateLimiter::kNoLimit;  // backpressure.initialRate, records/s
};

/// Why a receiver stopped, restarted or reported an error: its message, and the text of the error if there was one.
struct ReceiverFailure {
  std::string message;
  std::string error;
};

/// Takes the blocks of receivers. May block, to slow the receivers down. What it throws says that the block is not stored.
struct BlockSink {
  virtual ~BlockSink() = default;
  virtual void onBlock(int streamId, BlockPtr block) = 0;
};

/// Is told what happens to a receiver, in order. Must neither block nor throw.
struct ReceiverEvents {
  virtual ~ReceiverEvents() = default;
  virtual void onStarted(int streamId) = 0;
  virtual void onError(int streamId, const ReceiverFailure& failure) = 0;
  virtual void onStopped(int streamId, const ReceiverFailure& reason) = 0;
};

/// Runs one receiver: starts it, makes blocks of what it stores, restarts it when it asks for that, stops it.
class ReceiverSupervisor {
 public:
  /// `sink` and `events` must outlive it.
  ReceiverSupervisor(int streamId, std::unique_ptr<ReceiverBase> receiver, std::shared_ptr<Clock> clock,
                     const ReceiverOptions& options, BlockSink& sink, ReceiverEvents& events);

  /// Runs the receiver in the calling thread until it or `context` is stopped: onStart, restarts, onStop, last blocks.
  /// While it stops, the rate limit is off. May be called again afterwards.
  void run(std::stop_token context);

  // What follows may be called by any thread.

  // For the receiver; see ReceiverBase.
  void addData(FunctionRef<std::size_t()> append);
  void pushBlock(BlockPtr block);
  void pushOrRetry(BlockPtr block);
  void reportError(const ReceiverFailure& failure);
  void restart(ReceiverFailure reason, std::optional<std::int64_t> delay);
  void stop(ReceiverFailure reason);
  bool isReceiverStarted() const { return state_ == State::kStarted; }
  bool isReceiverStopped() const { return state_ == State::kStopped; }
  RateLimiter& limiter() { return limiter_; }
  bool isLive() const { return live_; }
  std::int64_t restartDelay() const { return restartDelay_; }

  /// How many records were received that the sink has not taken yet.
  std::int64_t recordsNotStored() const;

  /// Pushes what was stored and refuses what comes later, without waiting for a receiver that does not end.
  void abandon() { generator_.stop(); }

  /// The receiver's class without its namespace, and the stream: "SocketTextReceiver-0".
  const std::string& name() const { return name_; }

 private:
  enum class State { kInitialized, kStarted, kStopped };
  struct Request {
    bool restart;
    ReceiverFailure reason;
    std::int64_t delay = 0;
    bool byContext = false;
  };

  void requestStop(Request stop);
  ReceiverFailure serveRestarts(std::stop_token stopped);
  void startReceiver();
  void stopReceiver();
  Request awaitRequest();
  void awaitPush();
  /// Stores what nobody waits to hear of, which counts as not stored: where that fails, it is tried again at growing distances,
  /// until the receiver is to stop.
  void pushGathered(const BlockPtr& block);
  bool tryToPush(const BlockPtr& block);
  /// Reports the exception that is being handled.
  void reportStoring();
  std::stop_token stopToken();
  /// Says why the receiver restarts or stops, unless the context stops it; the same reason once a minute.
  void logReason(const Request& request);

  const int streamId_;
  const std::string name_;
  const std::shared_ptr<Clock> clock_;
  const std::int64_t restartDelay_;
  const bool live_;
  BlockSink& sink_;
  ReceiverEvents& events_;
  RateLimiter limiter_;
  BlockGenerator generator_;
  std::string loggedReason_;
  std::optional<LogThrottle> reasonLog_;
  std::atomic<State> state_ = State::kInitialized;
  std::atomic<std::int64_t> notStored_ = 0;  // records
  Mutex mutex_;
  ConditionVariable requested_;
  std::optional<Request> request_ MILLRACE_GUARDED_BY(mutex_);
  std::stop_source stopped_ MILLRACE_GUARDED_BY(mutex_);
  const std::unique_ptr<ReceiverBase> receiver_;  // last: its threads end before what they use
};

}  // namespace millrace::core
