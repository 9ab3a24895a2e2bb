#include <millrace/rdd/core/graph/scan.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace millrace::core {

std::vector<int> nextPartitionsToScan(int scanned, int partitions, std::size_t found, std::size_t wanted) {
  std::int64_t tries = 1;
  if (scanned > 0) {
    tries = std::int64_t{scanned} * 4;
    if (found > 0) {
      double perPartition = static_cast<double>(found) / scanned;
      auto missing =
          static_cast<std::int64_t>(std::ceil(1.5 * static_cast<double>(wanted) / perPartition)) - scanned;
      tries = std::clamp<std::int64_t>(missing, 1, tries);
    }
  }
  std::vector<int> next(static_cast<std::size_t>(std::min<std::int64_t>(tries, partitions - scanned)));
  std::iota(next.begin(), next.end(), scanned);
  return next;
}

}  // namespace millrace::core
