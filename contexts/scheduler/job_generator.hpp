#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/scheduler/batch_generator.hpp>
#include <millrace/contexts/scheduler/batch_observer.hpp>
#include <millrace/contexts/scheduler/input_hold.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

namespace millrace::core {

/// Makes the batches of the micro-batch mode: gives each what was received, asks the outputs for its jobs and submits them.
/// While kMostPending batches have jobs that have not ended, no further one is made, and the log says so once a minute; the
/// input that comes meanwhile joins a later batch.
class JobGenerator final : public BatchGenerator {
 public:
  static constexpr std::size_t kMostPending = 10;

  JobGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
               std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<InputHold> hold,
               std::shared_ptr<Clock> clock, std::shared_ptr<BatchObserver> observer = nullptr);

  Time firstBatchTime() const override;
  void makeAgain(Time time, bool alone, const std::stop_token& stop) override;
  void start(Time firstBatch) override;
  bool stop(bool finish, std::chrono::steady_clock::time_point deadline) override;
  std::int64_t sourceWaits() const override;
  std::string runningNow() const override;
  bool isGeneratingThread() const override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::core
