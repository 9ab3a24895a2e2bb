#include "contexts/completed_batches.hpp"

#include <stdexcept>

namespace millrace::bench {

void CompletedBatches::onBatchCompleted(const BatchInfo& batch) {
  auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  batches_.push_back({batch.batchTime, now});
  changed_.notify_all();
}

std::vector<CompletedBatches::Batch> CompletedBatches::await(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::minutes(1), [&] { return batches_.size() >= count; }))
    throw std::runtime_error("the batches do not end");
  return batches_;
}

}  // namespace millrace::bench
