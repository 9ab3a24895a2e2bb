#pragma once

#include <cstddef>
#include <vector>

namespace millrace::core {

/// Which partitions `take` looks at next: the first one alone, then four times as many while nothing was found, else as
/// many as the records found so far suggest, and half as many again, at most four times as many. (Spark's rule)
std::vector<int> nextPartitionsToScan(int scanned, int partitions, std::size_t found, std::size_t wanted);

}  // namespace millrace::core
