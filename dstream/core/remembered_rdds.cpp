#include <millrace/dstream/core/remembered_rdds.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

void RememberedRdds::set(Time time, NodePtr rdd) {
  rdds_.insert_or_assign(time, std::move(rdd));
  latest_ = std::max(latest_, time);
}

std::vector<Time> RememberedRdds::times() const {
  std::vector<Time> times;
  for (const auto& [time, rdd] : rdds_) {
    if (rdd) times.push_back(time);
  }
  return times;
}

bool RememberedRdds::rememberAtLeast(Duration asked) {
  if (asked <= longestAsked_) return false;
  longestAsked_ = asked;
  duration_ = std::max(duration_, asked);
  return true;
}

void RememberedRdds::forgetOld(Time now, bool unpersist) {
  const Time newestOld = now - duration_;
  forgottenUpTo_ = std::max(forgottenUpTo_, newestOld);
  while (!rdds_.empty() && rdds_.begin()->first <= newestOld) {
    if (unpersist && rdds_.begin()->second) rdds_.begin()->second->unpersist();
    rdds_.erase(rdds_.begin());
  }
}

}  // namespace millrace::core
