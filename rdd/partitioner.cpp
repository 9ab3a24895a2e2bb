#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/partitioner.hpp>

#include <algorithm>

namespace millrace {

core::PartitionerPtr Partitions::over(const std::vector<core::NodePtr>& parents) const {
  return chosen_ ? chosen_ : core::defaultPartitioner(parents);
}

core::PartitionerPtr Partitions::asIn(const core::Node& node) const {
  if (chosen_) return chosen_;
  return node.partitioner() ? node.partitioner() : core::hashPartitioner(std::max(1, node.partitions()));
}

}  // namespace millrace
