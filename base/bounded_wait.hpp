#pragma once

#include <algorithm>
#include <chrono>

namespace millrace::core {

/// How long to wait if asked to for `wait`: not less than nothing, and so that the deadline is inside the clock's range.
inline std::chrono::milliseconds boundedWait(std::chrono::milliseconds wait) {
  constexpr std::chrono::hours kLongest{100 * 365 * 24};
  return std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds(0), kLongest);
}

}  // namespace millrace::core
