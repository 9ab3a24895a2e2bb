#include <millrace/rdd/core/memory/memory_budget.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMostAhead = std::size_t{1} << 20;

}  // namespace

bool MemoryBudget::tryTake(std::size_t bytes, const void* group) {
  MutexLock lock(mutex_);
  for (std::size_t attempts = held_.size() + 1; attempts > 0; --attempts) {
    if (bytes <= limit_ - std::min(used_, limit_)) {
      used_ += bytes;
      return true;
    }
    if (bytes > limit_ || used_ - evictable(group) > limit_ - bytes) return false;
    std::shared_ptr<Holder> victim = nextVictim(group);
    if (!victim) return false;
    lock.unlock();
    victim->evict();
    victim.reset();  // the last who holds it may call release()
    lock.lock();
  }
  return false;
}

void MemoryBudget::take(std::size_t bytes) {
  MutexLock lock(mutex_);
  used_ += bytes;
}

void MemoryBudget::takeAtAnyRate(std::size_t bytes) {
  if (!tryTake(bytes)) take(bytes);
}

void MemoryBudget::giveBack(std::size_t bytes) {
  MutexLock lock(mutex_);
  used_ -= bytes;
}

void MemoryBudget::hold(const std::shared_ptr<Holder>& holder, std::size_t bytes, const void* group) {
  MutexLock lock(mutex_);
  places_[holder.get()] = held_.insert(held_.end(), {holder.get(), holder, bytes, group});
}

void MemoryBudget::touch(const Holder& holder) {
  MutexLock lock(mutex_);
  const auto place = places_.find(&holder);
  if (place != places_.end()) held_.splice(held_.end(), held_, place->second);
}

void MemoryBudget::release(const Holder& holder) {
  MutexLock lock(mutex_);
  const auto place = places_.find(&holder);
  if (place == places_.end()) return;
  used_ -= place->second->bytes;
  held_.erase(place->second);
  places_.erase(place);
}

std::size_t MemoryBudget::used() const {
  MutexLock lock(mutex_);
  return used_;
}

std::size_t MemoryBudget::evictable(const void* group) const {
  std::size_t bytes = 0;
  for (const Held& held : held_) {
    if (group == nullptr || held.group != group) bytes += held.bytes;
  }
  return bytes;
}

/// The one used longest ago; it counts as used now, so that others come next if it cannot go.
std::shared_ptr<MemoryBudget::Holder> MemoryBudget::nextVictim(const void* group) {
  for (auto at = held_.begin(); at != held_.end(); ++at) {
    if (group != nullptr && at->group == group) continue;
    std::shared_ptr<Holder> holder = at->holder.lock();
    if (!holder) continue;  // it is about to release what it has
    held_.splice(held_.end(), held_, at);
    return holder;
  }
  return nullptr;
}

bool MemoryClaim::growTo(std::size_t bytes) {
  return bytes <= bytes_ || tryGrowTo(std::max(bytes, bytes_ + std::min(bytes_, kMostAhead))) ||
         tryGrowTo(bytes);
}

bool MemoryClaim::tryGrowTo(std::size_t bytes) {
  if (!budget_.tryTake(bytes - bytes_, group_)) return false;
  bytes_ = bytes;
  return true;
}

void MemoryClaim::set(std::size_t bytes) {
  if (bytes > bytes_) {
    budget_.take(bytes - bytes_);
  } else {
    budget_.giveBack(bytes_ - bytes);
  }
  bytes_ = bytes;
}

void MemoryClaim::handOver(std::size_t bytes, const std::shared_ptr<MemoryBudget::Holder>& holder) {
  budget_.take(bytes);
  budget_.giveBack(std::exchange(bytes_, 0));
  budget_.hold(holder, bytes, group_);
}

}  // namespace millrace::core
