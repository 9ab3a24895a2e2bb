#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace millrace::core {

/// RDDs in the order in which they came, for any threads. A shared handle.
class NodeQueue {
 public:
  NodeQueue();

  void push(NodePtr rdd) const;
  std::size_t size() const;
  /// Takes the oldest, or all of them.
  std::vector<NodePtr> take(bool one) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::core
