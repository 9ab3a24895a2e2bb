#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace millrace::core {

/// The cached nodes of an engine. Some may let go of their parents later, when they are stored and the program can reach
/// them no more. Nothing tells of that moment, so each node that comes looks at two that wait already: those that wait are
/// at most about twice those that live and have to. Thread-safe.
class CachedNodes {
 public:
  void add(const NodePtr& node);
  /// It is cached no more.
  void remove(int id);
  /// In the order in which they were made.
  std::vector<NodePtr> all() const;
  std::size_t waiting() const;

 private:
  void lookAtNext();

  mutable Mutex mutex_;
  std::map<int, std::weak_ptr<Node>> cached_ MILLRACE_GUARDED_BY(mutex_);
  std::deque<std::weak_ptr<Node>> waiting_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
