#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace millrace::core {

/// A queue of RDDs, whatever their records: what is behind an RDDQueue<T>. Any threads may use it. Copies are handles
/// of the same queue.
class NodeQueue {
 public:
  NodeQueue();

  void push(NodePtr rdd) const;
  std::size_t size() const;
  /// Takes the oldest RDD if `one`, else all; fewer if there are not as many.
  std::vector<NodePtr> take(bool one) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::core
