#include <millrace/base/error.hpp>
#include <millrace/rdd/core/partitioner.hpp>

#include <string>

namespace millrace::core {

namespace {

class ByHash final : public Partitioner {
 public:
  using Partitioner::Partitioner;
  bool equals(const Partitioner& other) const override {
    return dynamic_cast<const ByHash*>(&other) != nullptr && other.partitions() == partitions();
  }
};

}  // namespace

PartitionerPtr hashPartitioner(int partitions) {
  if (partitions < 1)
    throw IllegalArgument("a shuffle into " + std::to_string(partitions) + " partitions: give at least 1");
  return std::make_shared<ByHash>(partitions);
}

}  // namespace millrace::core
