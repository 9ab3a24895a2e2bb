#pragma once

#include <millrace/base/arithmetic.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace millrace::core {

/// How long to wait before the next try, in milliseconds: twice as long after each failure in a row, up to a limit.
class Backoff {
 public:
  Backoff(std::int64_t first, std::int64_t most) : first_(first), most_(std::max(first, most)) {}

  std::int64_t next() { return std::exchange(next_, std::min(saturatedSum(next_, next_), most_)); }
  void reset() { next_ = first_; }

 private:
  std::int64_t first_;
  std::int64_t most_;
  std::int64_t next_ = first_;
};

}  // namespace millrace::core
