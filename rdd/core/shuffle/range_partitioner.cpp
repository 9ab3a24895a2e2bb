#include <millrace/rdd/core/shuffle/range_partitioner.hpp>

#include <algorithm>
#include <cmath>

namespace millrace::core {

SampleSize sampleSize(int ranges, int partitions) {
  constexpr double kPerRange = 20, kLeast = 1e3, kMost = 1e6, kSpare = 3;
  const double keys = std::clamp(kPerRange * ranges, kLeast, kMost);
  return {keys, static_cast<std::size_t>(std::ceil(kSpare * keys / std::max(1, partitions)))};
}

}  // namespace millrace::core
