#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace millrace::core {

/// What a continuous run asks of a source whose batches are unions of RDDs, such as those of files, that it finds one by one: it
/// sends each as soon as it has found it, as a part of the epoch that has not ended yet.
struct EagerSource {
  /// Takes a part. Its partitions have, among those of the epoch, the numbers from `first` on, in the order of sending.
  using Send = std::function<void(const NodePtr& part, int first)>;

  struct EndOfEpoch {
    /// By number: the place that a partition has in the RDD that a batch would have.
    std::vector<int> places;
    /// What made the source fail in the epoch; null if nothing did.
    std::exception_ptr failure;
    /// No part is sent until this is destroyed, so that the marker can come before the next one. By the thread that was given it.
    std::shared_ptr<void> pause;
  };

  virtual ~EagerSource() = default;
  /// Before the source starts. Sends from a thread of the source, and from within endEpoch.
  virtual void forwardTo(Send send) = 0;
  /// Sends what else belongs to the epoch that ends at `time`.
  virtual EndOfEpoch endEpoch(Time time) = 0;
};

}  // namespace millrace::core
