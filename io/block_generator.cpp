#include <millrace/io/block_generator.hpp>

#include <millrace/base/error.hpp>

#include <utility>

namespace millrace::core {

BlockGenerator::BlockGenerator(std::shared_ptr<Clock> clock, Options options, Take take, Push push)
    : clock_(std::move(clock)), options_(std::move(options)), take_(std::move(take)), push_(std::move(push)) {
  if (options_.interval <= 0) {
    throw IllegalArgument("spark.streaming.blockInterval is " + std::to_string(options_.interval) +
                          " ms, but must be positive");
  }
  if (options_.queueSize == 0) {
    throw IllegalArgument("spark.streaming.blockQueueSize is 0, but must be at least 1");
  }
}

void BlockGenerator::start() {
  MutexLock transition(transition_);
  if (State now = state(); now != State::kInitialized && now != State::kStoppedAll) {
    throw IllegalState(options_.name + ": the block generator is running already; stop it first");
  }
  timer_.emplace(
      clock_, options_.interval, [this](std::int64_t) { onTick(); }, options_.name + " blocks");
  timer_->start();
  pusher_ = std::thread([this] { pushBlocks(); });
  moveTo(State::kActive);
}

void BlockGenerator::addData(FunctionRef<void()> append) {
  MutexLock lock(mutex_);
  while (behind_) changed_.wait(lock);
  if (state_ != State::kActive) {
    throw SparkException(options_.name +
                         ": a record came after the receiver had stopped; end storing in onStop");
  }
  append();
}

void BlockGenerator::onTick() {
  MutexLock lock(mutex_);
  behind_ = queue_.size() >= options_.queueSize;
  while (queue_.size() >= options_.queueSize) changed_.wait(lock);
  behind_ = false;
  if (state_ == State::kActive) {
    if (BlockPtr block = take_()) queue_.push_back(std::move(block));
  }
  lock.unlock();
  changed_.notifyAll();
}

void BlockGenerator::pushBlocks() {
  MutexLock lock(mutex_);
  while (true) {
    while (queue_.empty() && state_ != State::kStoppedGeneratingBlocks) changed_.wait(lock);
    if (queue_.empty()) return;
    BlockPtr block = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    changed_.notifyAll();
    push_(std::move(block));
    lock.lock();
  }
}

void BlockGenerator::stop() {
  MutexLock transition(transition_);
  if (state() != State::kActive) return;
  moveTo(State::kStoppedAddingData);
  timer_->stop(true);
  {
    MutexLock lock(mutex_);
    if (BlockPtr block = take_()) queue_.push_back(std::move(block));
  }
  moveTo(State::kStoppedGeneratingBlocks);
  pusher_.join();
  moveTo(State::kStoppedAll);
}

BlockGenerator::State BlockGenerator::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void BlockGenerator::moveTo(State state) {
  {
    MutexLock lock(mutex_);
    state_ = state;
  }
  changed_.notifyAll();
}

}  // namespace millrace::core
