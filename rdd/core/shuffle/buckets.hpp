#pragma once

#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

class MemoryClaim;

/// How many buckets a partition by hash has on the disk. Many, so that one fits into a small part of the memory, but not so
/// many that the runs of all outputs are too short to be worth a block each.
std::size_t spillBucketsFor(int outputs);

/// Merges a partition that is on the disk bucket by bucket, each in memory that the budget has room for: the keys of a
/// bucket have all of their records in it. One that does not fit is divided into smaller ones, on the disk, first.
class BucketByBucket {
 public:
  BucketByBucket(ShuffleSpecPtr spec, SpilledPartition partition);
  ~BucketByBucket();

  /// The next merged bucket; null at the end. The block before must be gone.
  BlockPtr next();

 private:
  struct Bucket {
    std::shared_ptr<const SpilledPartition> of;
    std::size_t number;
  };
  void open(SpilledPartition partition);
  BlockPtr merge(const Bucket& bucket);
  bool fits(std::size_t bytes, const SpillBuckets& buckets);
  void divide(const Bucket& bucket);

  const ShuffleSpecPtr spec_;
  const SpillHomePtr home_;
  const std::unique_ptr<MemoryClaim> claim_;
  std::vector<Bucket> open_;  // the next one last
};

/// Gives the records T of one merged bucket after another.
template <class T>
class BucketReader final : public Reader<T> {
 public:
  BucketReader(ShuffleSpecPtr spec, SpilledPartition partition)
      : buckets_(std::move(spec), std::move(partition)) {}

  Chunk<T> next() override {
    for (;;) {
      if (records_) {
        const Chunk<T> chunk = records_->next();
        if (!chunk.empty()) return chunk;
        records_.reset();
      }
      BlockPtr block = buckets_.next();
      if (!block) return {};
      records_ = typed<T>(openBlock(std::move(block)));
    }
  }

 private:
  BucketByBucket buckets_;
  TypedReader<T> records_;
};

/// A partition by hash that is read from the disk as records T.
template <class T>
class SpilledBuckets final : public Block {
 public:
  SpilledBuckets(ShuffleSpecPtr spec, SpilledPartition partition)
      : spec_(std::move(spec)), partition_(std::move(partition)) {}

  ReaderPtr open() const override { return std::make_unique<BucketReader<T>>(spec_, partition_); }
  std::size_t records() const override { return 0; }
  std::size_t bytes() const override { return 0; }

 private:
  const ShuffleSpecPtr spec_;
  const SpilledPartition partition_;
};

}  // namespace millrace::core
