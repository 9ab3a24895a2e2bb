#pragma once

#include <algorithm>
#include <chrono>

namespace millrace::core {

/// `wait` limited to what a deadline can be computed from: not negative, and at most 100 years.
inline std::chrono::milliseconds boundedWait(std::chrono::milliseconds wait) {
  constexpr std::chrono::hours kLongest{100 * 365 * 24};
  return std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds(0), kLongest);
}

}  // namespace millrace::core
