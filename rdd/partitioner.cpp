#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/partitioner.hpp>

namespace millrace {

core::PartitionerPtr Partitions::over(const std::vector<core::NodePtr>& parents) const {
  return chosen_ ? chosen_ : core::defaultPartitioner(parents);
}

}  // namespace millrace
