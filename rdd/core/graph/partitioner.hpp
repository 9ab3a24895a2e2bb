#pragma once

#include <memory>

namespace millrace::core {

/// Which partition a key belongs to, as a value that can be compared: operators keep, lose or reuse it.
class Partitioner {
 public:
  explicit Partitioner(int partitions) : partitions_(partitions) {}
  virtual ~Partitioner() = default;
  int partitions() const { return partitions_; }
  /// True if both put every key into the same partition.
  virtual bool equals(const Partitioner& other) const = 0;
  /// True if it spreads keys of any type by their hash; else it is a KeyedPartitioner of one type of key.
  virtual bool isByHash() const { return false; }

 private:
  int partitions_;
};
using PartitionerPtr = std::shared_ptr<const Partitioner>;

/// True if neither is null and both put every key into the same partition.
bool samePartitioner(const PartitionerPtr& a, const PartitionerPtr& b);

/// IllegalArgument below 1.
int checkedPartitions(int partitions);

/// By the key's hash. Two are equal if their partition counts are.
PartitionerPtr hashPartitioner(int partitions);

}  // namespace millrace::core
