#include <millrace/dstream/output/foreach_rdd.hpp>

#include <memory>

namespace millrace::core {

void lendNode(const NodePtr& node, FunctionRef<void(NodePtr lent)> function) {
  const auto lent = std::make_shared<NodePtr>(node);  // counts the function's handles, and no others
  const auto pinIfKept = [&] {
    if (lent.use_count() > 1) node->pin();
  };
  try {
    function(NodePtr(lent, node.get()));
  } catch (...) {
    pinIfKept();
    throw;
  }
  pinIfKept();
}

}  // namespace millrace::core
