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
  if (!options_.live) {
    timer_.emplace(
        clock_, options_.interval, [this](std::int64_t) { onTick(); }, options_.name + " blocks");
    timer_->start();
  }
  pusher_ = std::thread([this] { pushBlocks(); });
  moveTo(State::kActive);
}

void BlockGenerator::addData(FunctionRef<std::size_t()> append) {
  MutexLock lock(mutex_);
  while (behind_ || added_ >= kBlockBytes) changed_.wait(lock);
  if (state_ != State::kActive) {
    throw SparkException(options_.name +
                         ": a record came after the receiver had stopped; end storing in onStop");
  }
  added_ += append();
  if (options_.live) {
    if (idle_) changed_.notifyAll();
    idle_ = false;
  } else if (added_ >= kBlockBytes) {
    awaitRoom(lock);
    cut();
  }
}

void BlockGenerator::onTick() {
  MutexLock lock(mutex_);
  awaitRoom(lock);
  if (state_ == State::kActive) cut();
}

void BlockGenerator::awaitRoom(MutexLock& lock) {
  while (queue_.size() >= options_.queueSize) {
    behind_ = true;
    changed_.wait(lock);
  }
  if (std::exchange(behind_, false)) changed_.notifyAll();
}

void BlockGenerator::cut() {
  added_ = 0;
  if (BlockPtr block = take_()) {
    queue_.push_back(std::move(block));
    changed_.notifyAll();
  }
}

void BlockGenerator::pushBlocks() {
  MutexLock lock(mutex_);
  while (BlockPtr block = nextBlock(lock)) {
    lock.unlock();
    changed_.notifyAll();
    push_(std::move(block));
    lock.lock();
  }
}

BlockPtr BlockGenerator::nextBlock(MutexLock& lock) {
  while (true) {
    if (options_.live && queue_.empty() && added_ > 0) cut();
    if (!queue_.empty()) break;
    if (state_ == State::kStoppedGeneratingBlocks) return nullptr;
    idle_ = true;
    changed_.wait(lock);
  }
  idle_ = false;
  BlockPtr block = std::move(queue_.front());
  queue_.pop_front();
  return block;
}

void BlockGenerator::stop() {
  MutexLock transition(transition_);
  if (state() != State::kActive) return;
  moveTo(State::kStoppedAddingData);
  if (timer_) timer_->stop(true);
  {
    MutexLock lock(mutex_);
    cut();
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
