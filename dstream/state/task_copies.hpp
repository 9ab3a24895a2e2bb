#pragma once

#include <millrace/dstream/core/time.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// A user's function for those who call it piece by piece: each task has a copy of its own, as everywhere. A task is a
/// partition in one batch, or in one epoch of a continuous run, where records come block by block; what the function
/// keeps in its members lasts as long. Partitions are independent of each other.
template <class F>
class TaskCopies {
 public:
  TaskCopies(int partitions, F original)
      : original_(std::move(original)), copies_(static_cast<std::size_t>(partitions)) {}

  /// The copy for a partition at the time of a batch or epoch: made when the time is another than that of the last call.
  F& of(int partition, Time time) {
    auto& copy = copies_[static_cast<std::size_t>(partition)];
    if (!copy || copy->time != time) copy = std::make_unique<Copy>(time, original_);
    return copy->function;
  }

 private:
  struct Copy {
    Copy(Time madeFor, const F& original) : time(madeFor), function(original) {}
    Time time;
    F function;
  };

  const F original_;
  std::vector<std::unique_ptr<Copy>> copies_;
};

}  // namespace millrace::core
