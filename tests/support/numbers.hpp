#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace millrace::test {

/// 0, 1, … n - 1.
inline std::vector<int> upTo(int n) {
  std::vector<int> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// 1, 2, … n.
inline std::vector<int> oneTo(int n) {
  std::vector<int> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

}  // namespace millrace::test
