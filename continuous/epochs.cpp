#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/continuous/epochs.hpp>

namespace millrace::core {

bool Epochs::awaitFewerThan(std::size_t most, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return stopped_ || open_.size() < most; });
  return !stopped_ && open_.size() < most;
}

Epoch Epochs::begin(Time time) {
  std::lock_guard lock(mutex_);
  Epoch epoch = next_++;
  last_ = time;
  open_.emplace(epoch, Open{time, cells_, EpochResult{std::vector<SinkPartitions>(sinks_), {}}});
  return epoch;
}

Time Epochs::timeOf(Epoch epoch) {
  std::lock_guard lock(mutex_);
  auto known = open_.find(epoch);
  return known != open_.end() ? known->second.time : last_ + length_ * (epoch - next_ + 1);
}

void Epochs::add(Epoch epoch, std::size_t sink, PartitionPath key, SinkPartition partition) {
  std::lock_guard lock(mutex_);
  open_.at(epoch).result.sinks[sink].emplace(std::move(key), std::move(partition));
}

void Epochs::addReceived(Epoch epoch, std::size_t source, std::int64_t records) {
  std::lock_guard lock(mutex_);
  open_.at(epoch).result.received[source] += records;
}

std::optional<Epoch> Epochs::oldestBefore(Time time) {
  std::lock_guard lock(mutex_);
  if (open_.empty() || open_.begin()->second.time >= time) return std::nullopt;
  return open_.begin()->first;
}

std::size_t Epochs::open() {
  std::lock_guard lock(mutex_);
  return open_.size();
}

void Epochs::cellClosed(Epoch epoch) {
  std::unique_lock lock(mutex_);
  --open_.at(epoch).cellsLeft;
  if (delivering_) return;
  delivering_ = true;
  ScopeExit delivered([&] { delivering_ = false; });
  while (!open_.empty() && open_.begin()->second.cellsLeft == 0) deliverOldest(lock);
}

void Epochs::deliverOldest(std::unique_lock<std::mutex>& lock) {
  auto oldest = open_.begin();
  EpochResult result = std::move(oldest->second.result);
  ScopeExit over([&] {
    open_.erase(oldest);
    changed_.notify_all();
  });
  Unlocked unlocked(lock);
  closed_(oldest->first, std::move(result));
}

void Epochs::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace millrace::core
