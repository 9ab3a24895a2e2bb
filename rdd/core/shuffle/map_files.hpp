#pragma once

#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace millrace::core {

class MemoryClaim;

/// How tasks of one shuffle write: each for so many outputs, and, on the disk, so many buckets of each.
struct MapSide {
  const ShuffleSpec& spec;
  SpillHomePtr home;
  SpillBuckets buckets;
  int outputs;
};

/// What one or several map tasks of a side wrote, in order: what is on the disk, then what is in memory.
struct MapFiles {
  std::vector<SpillFilePtr> spilled;  // each has a series of runs for each output
  std::vector<ShuffleFilePtr> files;  // one for each output, or none

  bool empty() const { return spilled.empty() && files.empty(); }
};

/// Runs one map task. What it holds goes to the disk whenever the memory budget has no room for more, and what is left at
/// the end too if any did. `claim` is for what stays in memory.
MapFiles writeMapFiles(const MapSide& map, int side, ReaderBase& input, MemoryClaim& claim);

/// Writes files, one for each output, to the disk.
SpillFilePtr spillFiles(const MapSide& map, int side, std::vector<ShuffleFilePtr> files);

}  // namespace millrace::core
