#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>

#include <string>

namespace millrace::core {

namespace {

class ByHash final : public Partitioner {
 public:
  using Partitioner::Partitioner;
  bool equals(const Partitioner& other) const override {
    return other.isByHash() && other.partitions() == partitions();
  }
  bool isByHash() const override { return true; }
};

}  // namespace

bool samePartitioner(const PartitionerPtr& a, const PartitionerPtr& b) {
  return a && b && (a == b || a->equals(*b));
}

int checkedPartitions(int partitions) {
  if (partitions < 1)
    throw IllegalArgument("a shuffle into " + std::to_string(partitions) + " partitions: give at least 1");
  return partitions;
}

PartitionerPtr hashPartitioner(int partitions) {
  return std::make_shared<ByHash>(checkedPartitions(partitions));
}

}  // namespace millrace::core
