#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace millrace::core {

/// Says when a peer has been silent for too long. Real time, as that of the keep-alive; the caller asks the clock.
class IdleLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// In milliseconds; 0: there is no limit.
  explicit IdleLimit(std::int64_t limit) : limit_(std::clamp<std::int64_t>(limit, 0, kMost)) {}

  bool isSet() const { return limit_.count() > 0; }
  /// Something came, or nothing was awaited, at this time.
  void restart(Time now) { since_ = now; }
  Time end() const { return since_ + limit_; }
  bool isOver(Time now) const { return isSet() && now >= end(); }

 private:
  static constexpr std::int64_t kMost = std::int64_t{100} * 365 * 24 * 3600 * 1000;  // a hundred years

  std::chrono::milliseconds limit_;
  Time since_;
};

}  // namespace millrace::core
