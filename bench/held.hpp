#pragma once

#include <cstdint>

namespace millrace::bench {

/// What this process holds.
struct Held {
  std::int64_t threads = 0;
  std::int64_t descriptors = 0;
  std::int64_t kilobytes = 0;
};

Held held();

/// The larger of each.
Held most(const Held& a, const Held& b);

}  // namespace millrace::bench
