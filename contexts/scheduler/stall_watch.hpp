#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/dstream/core/time.hpp>

#include <memory>
#include <optional>
#include <string>

namespace millrace::core {

/// Warns in the log of an epoch that should have been over two epochs ago, and names the operator, or the output, that it
/// waits for. Looks once per epoch length, on a thread of its own, so that it works while all others are stuck. It names
/// an epoch once, and warns once a minute at most.
class StallWatch {
 public:
  /// `graph` must outlive it.
  StallWatch(LiveGraph& graph, std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<Clock> clock,
             Duration epochLength);

  void start(Time firstEpoch);
  void stop();

 private:
  void look(Time now);
  /// What the late epoch waits for; nothing if no epoch is late, or the one that is has been named.
  std::optional<std::string> lateBecauseOf(Time due);

  LiveGraph& graph_;
  const std::shared_ptr<JobScheduler> scheduler_;
  const Duration epochLength_;
  LogThrottle throttle_;
  std::optional<Epoch> named_;
  RecurringTimer timer_;  // last, so that it ends before what its thread uses
};

}  // namespace millrace::core
