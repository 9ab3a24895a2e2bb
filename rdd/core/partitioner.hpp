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

 private:
  int partitions_;
};
using PartitionerPtr = std::shared_ptr<const Partitioner>;

/// By the key's hash. Two are equal if their partition counts are.
PartitionerPtr hashPartitioner(int partitions);

}  // namespace millrace::core
