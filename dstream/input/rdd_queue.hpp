#pragma once

#include <millrace/dstream/input/node_queue.hpp>
#include <millrace/rdd/rdd.hpp>

#include <cstddef>

namespace millrace {

/// RDDs that wait to become batches of a queueStream: the program pushes them, the stream takes them. Any threads may
/// use it. Copies are handles of the same queue.
template <class T>
class RDDQueue {
 public:
  void push(const RDD<T>& rdd) const { rdds_.push(rdd.node()); }
  RDDQueue& operator+=(const RDD<T>& rdd) {
    push(rdd);
    return *this;
  }
  std::size_t size() const { return rdds_.size(); }
  bool empty() const { return size() == 0; }

  const core::NodeQueue& nodes() const { return rdds_; }

 private:
  core::NodeQueue rdds_;
};

}  // namespace millrace
