#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <deque>
#include <memory>

namespace millrace::core {

/// The cached nodes of an engine that may let go of their parents later, when they are stored and the program can reach
/// them no more. Nothing tells of that moment, so each node that comes looks at two that are here already: the nodes here
/// are at most about twice those that live and have to wait. Thread-safe.
class CachedNodes {
 public:
  void add(const NodePtr& node);
  std::size_t size() const;

 private:
  void lookAtNext();

  mutable Mutex mutex_;
  std::deque<std::weak_ptr<Node>> waiting_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
