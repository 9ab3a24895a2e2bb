#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace millrace::core {

/// Makes a block of what was added in each interval and pushes the blocks in order, from one thread. At most
/// `queueSize` blocks wait to be pushed. When so many wait, the interval goes on until there is room, and addData
/// waits: a slow push slows the receiver down instead of filling memory. An interval whose records reach kBlockBytes
/// gives a block at once, and goes on.
///
/// With `live` there is no interval: whenever no block is being pushed, what was added becomes the next one. While nothing
/// is added nothing runs, and the clock is not asked.
class BlockGenerator {
 public:
  enum class State { kInitialized, kActive, kStoppedAddingData, kStoppedGeneratingBlocks, kStoppedAll };

  /// A block gets no larger, but for its last record.
  static constexpr std::size_t kBlockBytes = std::size_t{32} << 20;

  struct Options {
    std::int64_t interval = 200;  // milliseconds
    std::size_t queueSize = 10;
    std::string name;  // for logs and errors
    bool live = false;
  };
  /// Gives what was added since the last call, null if nothing. Runs under the lock of addData.
  using Take = std::function<BlockPtr()>;
  /// Stores a block; must not throw.
  using Push = std::function<void(BlockPtr)>;

  /// IllegalArgument unless the interval is positive and the queue has room for a block.
  BlockGenerator(std::shared_ptr<Clock> clock, Options options, Take take, Push push);
  ~BlockGenerator() { stop(); }

  /// Once, and again after each stop (IllegalState while active).
  void start();

  /// Calls `append` under the lock, which tells how many bytes it added. Blocks while the generator is behind;
  /// SparkException unless it is active.
  void addData(FunctionRef<std::size_t()> append);

  /// Stops adding, makes a last block, pushes all blocks, in this order. Returns when that is done, also if another
  /// thread has begun it; without effect unless active.
  void stop();

  State state() const;

 private:
  void onTick();
  void pushBlocks();
  /// The next block to push, once there is one; null after the last.
  BlockPtr nextBlock(MutexLock& lock) MILLRACE_REQUIRES(mutex_);
  /// Waits until the queue has room for a block. Meanwhile addData waits too.
  void awaitRoom(MutexLock& lock) MILLRACE_REQUIRES(mutex_);
  /// Makes a block of what was added, if that is anything, and queues it.
  void cut() MILLRACE_REQUIRES(mutex_);
  void moveTo(State state) MILLRACE_REQUIRES(transition_);

  const std::shared_ptr<Clock> clock_;
  const Options options_;
  const Take take_;
  const Push push_;
  Mutex transition_;  // held while starting and stopping
  mutable Mutex mutex_;
  ConditionVariable changed_;
  State state_ MILLRACE_GUARDED_BY(mutex_) = State::kInitialized;
  bool behind_ MILLRACE_GUARDED_BY(mutex_) = false;    // a block waits for room in the queue
  bool idle_ MILLRACE_GUARDED_BY(mutex_) = false;      // the pusher waits for something to push
  std::size_t added_ MILLRACE_GUARDED_BY(mutex_) = 0;  // bytes that are not in a block yet
  std::deque<BlockPtr> queue_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<RecurringTimer> timer_ MILLRACE_GUARDED_BY(transition_);
  std::thread pusher_ MILLRACE_GUARDED_BY(transition_);
};

}  // namespace millrace::core
