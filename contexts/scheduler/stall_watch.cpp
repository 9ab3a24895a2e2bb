#include <millrace/contexts/scheduler/stall_watch.hpp>

#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kBetweenWarningsMs = 60'000;

}  // namespace

StallWatch::StallWatch(LiveGraph& graph, std::shared_ptr<JobScheduler> scheduler,
                       std::shared_ptr<Clock> clock, Duration epochLength)
    : graph_(graph),
      scheduler_(std::move(scheduler)),
      epochLength_(epochLength),
      throttle_(clock, kBetweenWarningsMs),
      timer_(
          clock, epochLength.milliseconds(), [this](std::int64_t time) { look(Time(time)); }, "epoch watch") {
}

void StallWatch::start(Time firstEpoch) { timer_.start(firstEpoch.milliseconds()); }

void StallWatch::stop() { timer_.stop(true); }

void StallWatch::look(Time now) {
  Time due = now - epochLength_ * 2;
  auto running = lateBecauseOf(due);
  if (!running) return;
  if (running->empty()) running = "records that wait for a worker";
  if (auto heldBack = throttle_.admit())
    logWarning("an epoch is late: its records are still on their way",
               {{"sinceMs", (now - due).milliseconds()}, {"runs", *running}, {"heldBack", *heldBack}});
}

std::optional<std::string> StallWatch::lateBecauseOf(Time due) {
  if (auto epoch = graph_.epochs().oldestBefore(due + Milliseconds(1))) {
    if (std::exchange(named_, epoch) == epoch) return std::nullopt;
    return graph_.runningNow();
  }
  if (scheduler_->pendingBatches() > 2) return scheduler_->runningNow();
  return std::nullopt;
}

}  // namespace millrace::core
