#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace millrace::test {

/// first, first + 1, … last.
inline std::vector<int> range(int first, int last) {
  std::vector<int> numbers(static_cast<std::size_t>(last - first + 1));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

/// 0, 1, … n - 1.
inline std::vector<int> upTo(int n) { return range(0, n - 1); }

/// 1, 2, … n.
inline std::vector<int> oneTo(int n) { return range(1, n); }

}  // namespace millrace::test
