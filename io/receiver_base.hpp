#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::core {

class ReceiverSupervisor;

/// The part of a receiver that does not depend on its record type. Users derive from Receiver<T>.
class ReceiverBase {
 public:
  explicit ReceiverBase(StorageLevel storageLevel) : storageLevel_(storageLevel) {}
  virtual ~ReceiverBase() = default;
  ReceiverBase(const ReceiverBase&) = delete;
  ReceiverBase& operator=(const ReceiverBase&) = delete;

  /// Starts whatever receives, usually a thread, and returns at once. Called again after each restart and after a stop;
  /// what it throws stops the receiver with that error, which is logged, by way of onStop.
  virtual void onStart() = 0;
  /// Ends what onStart began. When it returns nothing should be stored any more. Never called twice in a row.
  virtual void onStop() = 0;
  /// The host to run on, if it matters.
  virtual std::optional<std::string> preferredLocation() const { return std::nullopt; }

  // The rest may be called by any thread from onStart on.

  /// Tells listeners of an error; the receiver goes on.
  void reportError(std::string_view message);
  void reportError(std::string_view message, const std::exception& error);

  /// Asks for onStop, a wait of `delay` milliseconds (without one: spark.streaming.receiverRestartDelay) and onStart on
  /// the same object, all on another thread. Without effect while the receiver is stopped or a restart is under way.
  void restart(std::string_view message);
  void restart(std::string_view message, const std::exception& error);
  void restart(std::string_view message, std::int64_t delay);
  void restart(std::string_view message, const std::exception& error, std::int64_t delay);

  /// Asks for onStop, on another thread, and logs the message. As long as the context runs, the receiver is started again
  /// after a while.
  void stop(std::string_view message);
  void stop(std::string_view message, const std::exception& error);

  /// True from before onStart until onStop is about to be called; isStopped is the opposite once it has been started.
  bool isStarted() const;
  bool isStopped() const;

  /// The number of its stream, -1 before the context is started.
  int streamId() const { return streamId_; }
  StorageLevel storageLevel() const { return storageLevel_; }

 protected:
  /// Adds a record to what takeBlock will give, by calling `append` under a lock; that tells its bytes. Waits for the
  /// rate limit, while batches wait to be run, and while blocks come faster than they can be stored. SparkException once the receiver has ended.
  void addData(FunctionRef<std::size_t()> append);
  /// Stores a block, or nothing if it is null; returns when it is stored and reported. Not rate limited, but it
  /// waits as addData does while batches wait to be run.
  void storeBlock(BlockPtr block);
  /// The same for records of which nobody is told that they are stored: where that fails, it is reported and tried again after
  /// a while, until the receiver is to stop.
  void storeOrRetry(BlockPtr block);
  /// How many of `wanted` records the rate limit lets through now; the most it ever lets through at once.
  std::size_t permitted(std::size_t wanted);
  std::size_t mostPermitted() const;
  /// True if records should be stored as they come: a continuous run waits for them.
  bool isLive() const;
  /// Milliseconds that a restart waits without being told otherwise.
  std::int64_t restartDelay() const;

 private:
  friend ReceiverSupervisor;

  /// Called every block interval (in a continuous run: after records were added, as soon as the block before is stored)
  /// and at the end, under the lock of addData: the records since the last call, null if there are none.
  virtual BlockPtr takeBlock() = 0;
  /// How many records it has received that it gives neither to addData nor to be stored yet. Any thread.
  virtual std::size_t gathered() const { return 0; }

  ReceiverSupervisor& supervisor() const;

  const StorageLevel storageLevel_;
  int streamId_ = -1;
  ReceiverSupervisor* supervisor_ = nullptr;
};

}  // namespace millrace::core
