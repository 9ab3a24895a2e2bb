#pragma once

#include <millrace/rdd/rdd.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace {

/// RDDs that wait to become batches of a queueStream. A shared handle: the program pushes, the stream takes, from any
/// threads.
template <class T>
class RDDQueue {
 public:
  RDDQueue() : state_(std::make_shared<State>()) {}

  void push(RDD<T> rdd) const {
    std::lock_guard lock(state_->mutex);
    state_->rdds.push_back(std::move(rdd));
  }
  RDDQueue& operator+=(RDD<T> rdd) {
    push(std::move(rdd));
    return *this;
  }
  std::size_t size() const {
    std::lock_guard lock(state_->mutex);
    return state_->rdds.size();
  }
  bool empty() const { return size() == 0; }

  /// Takes the oldest RDD, or all of them.
  std::vector<RDD<T>> take(bool one) const {
    std::lock_guard lock(state_->mutex);
    std::size_t count = one ? std::min<std::size_t>(1, state_->rdds.size()) : state_->rdds.size();
    auto end = state_->rdds.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<RDD<T>> taken(std::make_move_iterator(state_->rdds.begin()), std::make_move_iterator(end));
    state_->rdds.erase(state_->rdds.begin(), end);
    return taken;
  }

 private:
  struct State {
    std::mutex mutex;
    std::deque<RDD<T>> rdds;
  };
  std::shared_ptr<State> state_;
};

}  // namespace millrace
