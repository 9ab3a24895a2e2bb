#include <millrace/base/mutex.hpp>
#include <millrace/dstream/input/node_queue.hpp>

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace millrace::core {

struct NodeQueue::State {
  Mutex mutex;
  std::deque<NodePtr> rdds MILLRACE_GUARDED_BY(mutex);
};

NodeQueue::NodeQueue() : state_(std::make_shared<State>()) {}

void NodeQueue::push(NodePtr rdd) const {
  MutexLock lock(state_->mutex);
  state_->rdds.push_back(std::move(rdd));
}

std::size_t NodeQueue::size() const {
  MutexLock lock(state_->mutex);
  return state_->rdds.size();
}

std::vector<NodePtr> NodeQueue::take(bool one) const {
  MutexLock lock(state_->mutex);
  std::deque<NodePtr>& rdds = state_->rdds;
  const std::size_t count = one ? std::min<std::size_t>(1, rdds.size()) : rdds.size();
  const auto end = rdds.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<NodePtr> taken(std::make_move_iterator(rdds.begin()), std::make_move_iterator(end));
  rdds.erase(rdds.begin(), end);
  return taken;
}

}  // namespace millrace::core
