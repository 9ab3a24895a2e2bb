#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/spill/spill_file.hpp>
#include <millrace/rdd/core/spill/spill_home.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace::core {

/// Divides keys by bits of their hash that neither tables nor partitions go by: other ones at each depth.
struct SpillBuckets {
  std::size_t count = 1;
  int depth = 0;

  std::size_t of(std::uint64_t hash) const {
    const std::uint64_t mixed = hashWord(hash + static_cast<std::uint64_t>(depth) * kHashThird);
    return static_cast<std::size_t>((mixed & 0xffffffffu) * count >> 32);
  }
};

/// A partition of a shuffle on the disk.
struct SpilledPartition {
  /// What one series of runs has of one side, bucket after bucket.
  struct Part {
    int side;
    SpillFilePtr file;
    std::size_t firstRun;
  };

  SpillHomePtr home;
  SpillBuckets buckets;
  std::vector<Part> parts;  // in the order of map tasks, and of what each of them wrote
};

/// How what a shuffle holds goes to the disk, and how a partition is read from there.
struct Spilling {
  virtual ~Spilling() = default;
  /// How many buckets each of so many outputs has.
  virtual std::size_t buckets(int outputs) const = 0;
  /// Writes the records of a file to the runs of the writer's series, one for each bucket. The file is left as it happens
  /// to be.
  virtual void write(int side, ShuffleFile& file, const SpillBuckets& buckets, SpillWriter& to) const = 0;
  /// What was merged as a file, to be written or merged again. Only for what shrinks by merging.
  virtual ShuffleFilePtr asFile(ShuffleMerger& merged) const = 0;
  /// The block that `from` has loaded, as a file to merge.
  virtual ShuffleFilePtr load(int side, SpillReader& from) const = 0;
  /// A merger of one bucket, which holds a small part of a partition.
  virtual std::unique_ptr<ShuffleMerger> bucketMerger() const = 0;
  /// Reads a partition, in memory of a bounded size. `spec` is the one whose spilling this is.
  virtual BlockPtr open(ShuffleSpecPtr spec, SpilledPartition partition) const = 0;
};

}  // namespace millrace::core
