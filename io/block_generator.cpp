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
  std::lock_guard transition(transition_);
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
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !behind_; });
  if (state_ != State::kActive) {
    throw SparkException(options_.name +
                         ": a record came after the receiver had stopped; end storing in onStop");
  }
  append();
}

void BlockGenerator::onTick() {
  std::unique_lock lock(mutex_);
  behind_ = queue_.size() >= options_.queueSize;
  changed_.wait(lock, [this] { return queue_.size() < options_.queueSize; });
  behind_ = false;
  if (state_ == State::kActive) {
    if (BlockPtr block = take_()) queue_.push_back(std::move(block));
  }
  lock.unlock();
  changed_.notify_all();
}

void BlockGenerator::pushBlocks() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !queue_.empty() || state_ == State::kStoppedGeneratingBlocks; });
    if (queue_.empty()) return;
    BlockPtr block = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    changed_.notify_all();
    push_(std::move(block));
    lock.lock();
  }
}

void BlockGenerator::stop() {
  std::lock_guard transition(transition_);
  if (state() != State::kActive) return;
  moveTo(State::kStoppedAddingData);
  timer_->stop(true);
  {
    std::lock_guard lock(mutex_);
    if (BlockPtr block = take_()) queue_.push_back(std::move(block));
  }
  moveTo(State::kStoppedGeneratingBlocks);
  pusher_.join();
  moveTo(State::kStoppedAll);
}

BlockGenerator::State BlockGenerator::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

void BlockGenerator::moveTo(State state) {
  {
    std::lock_guard lock(mutex_);
    state_ = state;
  }
  changed_.notify_all();
}

}  // namespace millrace::core
