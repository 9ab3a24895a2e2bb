#include <millrace/rdd/core/memory/live_memory.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace millrace::core {

std::size_t LiveMemory::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

std::string LiveMemory::describe() const {
  constexpr std::size_t kMostNamed = 3;
  std::map<std::string, Usage> byOperator;
  {
    MutexLock lock(mutex_);
    for (const Share& share : shares_) {
      if (!share.info) continue;
      Usage& usage = byOperator[share.info->describe()];
      usage.bytes += share.usage.bytes;
      usage.keys += share.usage.keys;
    }
  }
  std::vector<std::pair<std::string, Usage>> heaviest(byOperator.begin(), byOperator.end());
  std::ranges::sort(heaviest, std::greater(), [](const auto& one) { return one.second.bytes; });
  if (heaviest.size() > kMostNamed) heaviest.resize(kMostNamed);
  std::string all;
  for (const auto& [name, usage] : heaviest) {
    all += (all.empty() ? "" : ", ") + name + " holds " + std::to_string(usage.keys) + " keys in " +
           std::to_string(usage.bytes) + " bytes";
  }
  return all;
}

LiveShare::LiveShare(std::shared_ptr<LiveMemory> memory) : memory_(std::move(memory)) {
  MutexLock lock(memory_->mutex_);
  place_ = memory_->shares_.emplace(memory_->shares_.end());
}

LiveShare::~LiveShare() {
  set(nullptr, {});
  MutexLock lock(memory_->mutex_);
  memory_->shares_.erase(place_);
}

void LiveShare::set(const OperatorPtr& info, LiveMemory::Usage usage) {
  std::size_t before = 0;
  {
    MutexLock lock(memory_->mutex_);
    before = place_->usage.bytes;
    memory_->bytes_ += usage.bytes - before;
    *place_ = {info, usage};
  }
  if (usage.bytes > before)
    memory_->budget_->takeAtAnyRate(usage.bytes - before);
  else
    memory_->budget_->giveBack(before - usage.bytes);
}

}  // namespace millrace::core
