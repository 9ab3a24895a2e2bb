#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/partition_results.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace millrace::core {

int treeScale(std::size_t parts, int depth) {
  if (depth < 1) throw IllegalArgument("a tree of depth " + std::to_string(depth) + ": give at least 1");
  return std::max(static_cast<int>(std::ceil(std::pow(static_cast<double>(parts), 1.0 / depth))), 2);
}

}  // namespace millrace::core
