#pragma once

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/io/receiver.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>

namespace millrace::bench {

/// Messages that come into a graph with gaps of 50 to 150 µs, about as long as an idle worker stays awake, while nobody
/// waits for anything: where a wake-up can be lost. One may not arrive until something else comes along, or never.
class GappedMessages {
 public:
  /// A message is a block of so many records: few are handled by the thread that brings them, many by a worker.
  GappedMessages(std::int64_t messages, std::int64_t records);

  /// Waits for at most so long; true once the last message is sent and all have arrived, or two seconds have passed since.
  bool awaitEnd(std::chrono::milliseconds time);
  std::int64_t sent() const { return sent_; }
  /// Messages that took longer than a second, or did not arrive; once all are sent.
  std::int64_t stranded() const { return late_ + (sent_ - arrived_); }
  /// How long it took a message at most, in milliseconds.
  double worst() const { return static_cast<double>(worst_) / 1e6; }

  void stop() { context_.stop(true, false); }

 private:
  /// Of a record: when its message was sent, in nanoseconds; 0 in all but the last one.
  using Sent = std::int64_t;
  class Source;

  void arrive(Sent sent);

  std::atomic<std::int64_t> sent_ = 0;
  std::atomic<std::int64_t> arrived_ = 0;
  std::atomic<std::int64_t> late_ = 0;
  std::atomic<std::int64_t> worst_ = 0;
  std::promise<void> allSent_;
  std::future<void> sendingEnds_ = allSent_.get_future();
  SparkContext sparkContext_;
  StreamingContext context_;
};

}  // namespace millrace::bench
