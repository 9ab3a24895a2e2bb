#include <millrace/rdd/core/graph/cached_nodes.hpp>

#include <utility>

namespace millrace::core {

void CachedNodes::add(const NodePtr& node) {
  for (int i = 0; i < 2; ++i) lookAtNext();
  MutexLock lock(mutex_);
  cached_.emplace(node->id(), node);
  waiting_.push_back(node);
}

void CachedNodes::remove(int id) {
  MutexLock lock(mutex_);
  cached_.erase(id);
}

std::vector<NodePtr> CachedNodes::all() const {
  MutexLock lock(mutex_);
  std::vector<NodePtr> nodes;
  for (const auto& [id, cached] : cached_) {
    if (NodePtr node = cached.lock()) nodes.push_back(std::move(node));
  }
  return nodes;
}

std::size_t CachedNodes::waiting() const {
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
