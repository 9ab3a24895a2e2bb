#include <millrace/rdd/ops/zip_with_index.hpp>

#include <numeric>

namespace millrace::core {

std::vector<std::int64_t> recordsBefore(Node& node, std::int64_t (*count)(ReaderPtr)) {
  std::vector<std::int64_t> before(static_cast<std::size_t>(node.partitions()));
  if (before.size() < 2) return before;
  std::vector<int> counted(before.size() - 1);
  std::iota(counted.begin(), counted.end(), 0);
  node.engine().runJob(node, counted, [&](int partition, ReaderPtr reader) {
    before[static_cast<std::size_t>(partition) + 1] = count(std::move(reader));
  });
  std::partial_sum(before.begin(), before.end(), before.begin());
  return before;
}

}  // namespace millrace::core
