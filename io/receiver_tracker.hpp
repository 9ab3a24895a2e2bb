#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/io/receiver_base.hpp>
#include <millrace/io/receiver_info.hpp>
#include <millrace/io/receiver_supervisor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace millrace::core {

/// Runs the receivers of a context, each on a thread of its own, and keeps what they received until it is cleaned up.
///
/// A receiver that stops is started again, at growing distances, until the tracker is stopped. When the blocks kept
/// reach `maxBytes`, storing blocks waits, so that a socket's peer is slowed down instead of memory filled.
class ReceiverTracker {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 30;

  /// `listener` may be null; it must live until stop has returned.
  ReceiverTracker(std::shared_ptr<Clock> clock, ReceiverOptions options, ReceiverListener* listener = nullptr,
                  std::size_t maxBytes = kMaxBytes);
  /// Stops, if that was not done, with ten seconds' patience.
  ~ReceiverTracker();
  ReceiverTracker(const ReceiverTracker&) = delete;
  ReceiverTracker& operator=(const ReceiverTracker&) = delete;

  /// Keeps a block of a receiver in a place of its own, on the receiver's threads. May block, but not for long once `stop` is
  /// requested; what it throws is thrown to the receiver.
  using Store = std::function<void(BlockPtr block, const std::stop_token& stop)>;

  /// Before start, and once per stream (IllegalState, IllegalArgument). With a `store` its blocks go there, and neither to
  /// batches nor to the sink of forwardTo.
  void addReceiver(int streamId, std::unique_ptr<ReceiverBase> receiver, Store store = nullptr);
  void start();
  /// Hands blocks to `sink` instead of keeping them, on the receivers' threads; it may block. Before start.
  void forwardTo(std::function<void(int streamId, BlockPtr block)> sink);

  /// Has `received` called behind each block, with its records, on the receivers' threads. Before start.
  void onReceived(std::function<void(std::size_t records)> received);

  /// Tells all receivers to stop and waits until they have: nothing is received any more, and all that was received
  /// is here, to be allocated. A receiver that has not ended by `patience` of real time is named in the log and left
  /// to itself; what it had stored is here too, unless the sink of forwardTo does not take it. False then. A later call
  /// waits again.
  ///
  /// A graceful stop and an immediate one differ in patience only.
  bool stop(std::chrono::milliseconds patience);
  /// Tells all receivers to stop, and does not wait.
  void requestStop();

  // What follows may be called by any thread.

  /// Gives all blocks so far to this batch. Without effect unless the time is later than any before.
  void allocateBlocksToBatch(std::int64_t batchTime);
  /// In the order in which they came; empty for a time that was not allocated or is cleaned up.
  std::vector<BlockPtr> getBlocksOfBatch(std::int64_t batchTime, int streamId) const;
  bool hasUnallocatedBlocks() const;
  /// Forgets the blocks of batches strictly older than `threshold`.
  void cleanupOldBlocks(std::int64_t threshold);

  /// Limits what the receiver of a stream takes in from now on, in records per second; see RateLimiter::updateRate.
  void setRate(int streamId, std::int64_t rate);
  /// Lets receivers gather so many records before they store them; none: they can store nothing, unless they stop.
  void admit(std::int64_t mostRecords);
  /// How often a receiver had to wait because the blocks kept had reached `maxBytes`.
  std::int64_t waits() const;
  /// How many records were received by receivers with a `store`, and have not been stored yet.
  std::int64_t recordsNotStored() const;
  /// True on a thread that runs a receiver: it must not wait for the stop.
  bool isReceiverThread() const;
  /// Which receivers do not end although they were told to; not those that only wait until the sink of forwardTo has
  /// taken their records. Empty if there are none: "receiver KafkaReceiver-0".
  std::string runningNow() const;
  /// What is known of each receiver, by stream.
  std::vector<ReceiverInfo> receivers() const;

 private:
  class Impl;
  const std::shared_ptr<Impl> impl_;  // shared with the receivers' threads
};

}  // namespace millrace::core
