#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/continuous/epochs.hpp>

#include <utility>

namespace millrace::core {

bool Epochs::awaitFewerThan(std::size_t most, std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!stopped_ && open_.size() >= most && changed_.waitUntil(lock, deadline)) continue;
  return !stopped_ && open_.size() < most;
}

Epoch Epochs::begin(Time time, bool isCut) {
  MutexLock lock(mutex_);
  Epoch epoch = next_++;
  const Time begin = std::exchange(last_, time);
  open_.emplace(
      epoch, Open{begin, time, isCut, cells_, EpochResult{std::vector<SinkPartitions>(sinks_), {}, {}, {}}});
  return epoch;
}

bool Epochs::isCut(Epoch epoch) {
  MutexLock lock(mutex_);
  return open_.at(epoch).isCut;
}

Time Epochs::timeOf(Epoch epoch) {
  MutexLock lock(mutex_);
  auto known = open_.find(epoch);
  return known != open_.end() ? known->second.time : last_ + length_ * (epoch - next_ + 1);
}

Time Epochs::beginOf(Epoch epoch) {
  MutexLock lock(mutex_);
  auto known = open_.find(epoch);
  return known != open_.end() ? known->second.begin : last_ + length_ * (epoch - next_);
}

void Epochs::add(Epoch epoch, std::size_t sink, PartitionPath key, SinkPartition partition) {
  MutexLock lock(mutex_);
  open_.at(epoch).result.sinks[sink].emplace(std::move(key), std::move(partition));
}

void Epochs::addState(Epoch epoch, StatePart part) {
  MutexLock lock(mutex_);
  open_.at(epoch).result.states.push_back(std::move(part));
}

void Epochs::addReceived(Epoch epoch, std::size_t source, std::int64_t records) {
  MutexLock lock(mutex_);
  open_.at(epoch).result.received[source] += records;
}

void Epochs::addPositions(Epoch epoch, std::size_t source, int partition, const PositionRange& covered) {
  MutexLock lock(mutex_);
  open_.at(epoch).result.positions[source].insert_or_assign(partition, covered);
}

std::optional<Epoch> Epochs::oldestBefore(Time time) {
  MutexLock lock(mutex_);
  if (open_.empty() || open_.begin()->second.time >= time) return std::nullopt;
  return open_.begin()->first;
}

std::size_t Epochs::open() {
  MutexLock lock(mutex_);
  return open_.size();
}

void Epochs::cellClosed(Epoch epoch) {
  MutexLock lock(mutex_);
  --open_.at(epoch).cellsLeft;
  if (delivering_) return;
  delivering_ = true;
  ScopeExit delivered([&]() MILLRACE_UNCHECKED { delivering_ = false; });
  while (!open_.empty() && open_.begin()->second.cellsLeft == 0) deliverOldest();
}

void Epochs::deliverOldest() {
  auto oldest = open_.begin();
  EpochResult result = std::move(oldest->second.result);
  ScopeExit over([&]() MILLRACE_UNCHECKED {
    open_.erase(oldest);
    changed_.notifyAll();
  });
  Unlocked unlocked(mutex_);
  closed_(oldest->first, std::move(result));
}

void Epochs::stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.notifyAll();
}

}  // namespace millrace::core
