#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

namespace millrace::core {

/// a + b, or the largest or smallest number there is where that is beyond it: for times to wait for and spans to keep
/// things, where the longest one means for ever.
template <std::signed_integral I>
constexpr I saturatedSum(I a, I b) {
  I sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<I>::min() : std::numeric_limits<I>::max();
}

/// a + b as in Java: whole numbers that overflow go on at the other end.
template <class N>
constexpr N wrappedSum(N a, N b) {
  if constexpr (std::is_integral_v<N>) {
    N sum;
    static_cast<void>(__builtin_add_overflow(a, b, &sum));
    return sum;
  } else {
    return a + b;
  }
}

}  // namespace millrace::core
