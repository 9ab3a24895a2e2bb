#include <millrace/rdd/core/graph/cached_nodes.hpp>

#include <utility>

namespace millrace::core {

void CachedNodes::add(const NodePtr& node) {
  for (int i = 0; i < 2; ++i) lookAtNext();
  MutexLock lock(mutex_);
  waiting_.push_back(node);
}

std::size_t CachedNodes::size() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

void CachedNodes::lookAtNext() {
  std::weak_ptr<Node> next;
  {
    MutexLock lock(mutex_);
    if (waiting_.empty()) return;
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  const NodePtr node = next.lock();
  if (!node || node->settle()) return;
  MutexLock lock(mutex_);
  waiting_.push_back(std::move(next));
}

}  // namespace millrace::core
