#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/scheduler/streaming_bus.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/state_store.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace millrace::core {

/// Tells listeners of each version of a checkpoint what it took, and how long after the end of its batch it was durable. One
/// thread at a time.
class VersionReports {
 public:
  VersionReports(std::shared_ptr<const Clock> clock, std::shared_ptr<StreamingBus> bus);

  /// The outputs of a batch have ended.
  void onEnd(Time time);
  /// The version that ends with a batch, its number being the batch's time in ms, is durable, or could not be written.
  void onCommitted(const CommitResult& result);

 private:
  std::shared_ptr<const Clock> clock_;
  std::shared_ptr<StreamingBus> bus_;
  std::map<Time, std::int64_t> ended_;  // batches of which no version was reported
};

}  // namespace millrace::core
