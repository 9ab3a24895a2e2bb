#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/scheduler/batch_generator.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace millrace::core {

/// Runs a program as a long-lived graph: records flow as they arrive, and every batch interval a marker closes an epoch,
/// whose jobs then run as a batch's do. With kMostOpen epochs open, their jobs included, no further one is begun, and
/// what comes meanwhile belongs to the next.
class EpochGenerator final : public BatchGenerator {
 public:
  static constexpr std::size_t kMostOpen = 4;

  EpochGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                 std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<ContextWaiter> waiter,
                 std::shared_ptr<Clock> clock);
  ~EpochGenerator() override;

  Time firstBatchTime() const override;
  void start(Time firstBatch) override;
  bool stop(bool finish, std::chrono::steady_clock::time_point deadline) override;
  std::string runningNow() const override;
  bool isGeneratingThread() const override;

 private:
  class Impl;
  const std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::core
