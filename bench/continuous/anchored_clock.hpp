#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/dstream/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace millrace::bench {

/// Real time for a context, of which it is known to the microsecond when its milliseconds begin.
class AnchoredClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  const std::shared_ptr<Clock>& clock() const { return clock_; }
  /// When a batch of this time is due.
  TimePoint whenIs(Time time) const {
    return anchor_ + std::chrono::milliseconds(time.milliseconds() - atAnchor_);
  }

 private:
  const TimePoint anchor_ = std::chrono::steady_clock::now();
  const std::shared_ptr<Clock> clock_ = std::make_shared<SystemClock>();
  const std::int64_t atAnchor_ = clock_->now();
};

}  // namespace millrace::bench
