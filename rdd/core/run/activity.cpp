#include <millrace/rdd/core/run/activity.hpp>

#include <utility>

namespace millrace::core {

namespace {

thread_local Activity* reportedTo = nullptr;

}  // namespace

Activity::Reported::Reported(Activity& activity) : outer_(std::exchange(reportedTo, &activity)) {}
Activity::Reported::~Reported() { reportedTo = outer_; }

Activity::Scope::Scope(const OperatorInfo& info) : activity_(reportedTo) {
  if (activity_ == nullptr) return;
  outer_ = activity_->now();
  activity_->now_.store(&info, std::memory_order_relaxed);
}
Activity::Scope::~Scope() {
  if (activity_ != nullptr) activity_->now_.store(outer_, std::memory_order_relaxed);
}

}  // namespace millrace::core
