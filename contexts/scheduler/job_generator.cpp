#include <millrace/base/log.hpp>
#include <millrace/contexts/scheduler/batch_ticker.hpp>
#include <millrace/contexts/scheduler/input_infos.hpp>
#include <millrace/contexts/scheduler/job_generator.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::int64_t kLogInterval = 60'000;  // ms

std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
}

}  // namespace

struct JobGenerator::State {
  State(std::shared_ptr<StreamGraph> ownGraph, std::shared_ptr<ReceiverTracker> ownTracker,
        std::shared_ptr<JobScheduler> ownScheduler, std::shared_ptr<InputHold> ownHold,
        std::shared_ptr<Clock> clock, std::shared_ptr<BatchObserver> ownObserver)
      : graph(std::move(ownGraph)),
        tracker(std::move(ownTracker)),
        scheduler(std::move(ownScheduler)),
        hold(std::move(ownHold)),
        observer(std::move(ownObserver)),
        behindLog(clock, kLogInterval),
        ticker(
            std::move(clock), graph->batchDuration(), "batch timer",
            [this](const std::stop_token& stop) { return awaitRoom(stop); },
            [this](Time time) { generate(time); }) {}

  bool awaitRoom(const std::stop_token& stop) {
    if (scheduler->pendingBatches() < kMostPending) return true;
    if (behindLog.admit()) {
      logWarning("falling behind: batches wait to be run, the next ones will be joined",
                 {{"pending", scheduler->pendingBatches()}, {"running", scheduler->runningNow()}});
    }
    while (!scheduler->awaitFewerThan(kMostPending, soon())) {
      if (stop.stop_requested()) return false;
    }
    return true;
  }

  /// Whether something has come that no batch has. What is polled says so only when it is asked for a batch.
  bool mayHaveMore() const {
    const auto inputs = graph->inputs();
    return tracker->hasUnallocatedBlocks() ||
           std::ranges::any_of(inputs, [](const InputPtr& input) { return input->polled() != nullptr; });
  }

  void generate(Time time) const {
    if (observer) observer->onBegin(time);
    tracker->allocateBlocksToBatch(time.milliseconds());
    hold->onBatchMade();
    std::vector<Job> jobs;
    std::exception_ptr failure;
    try {
      jobs = graph->generateJobs(time);
    } catch (...) {
      failure = std::current_exception();
      jobs = graph->stateJobs(time);
    }
    std::map<int, StreamInputInfo> inputs;
    try {
      if (observer) observer->onMade(time);
      if (!failure) inputs = inputsOf(time);
    } catch (...) {
      if (!failure) {
        failure = std::current_exception();
        jobs.clear();
      }
    }
    if (failure) {
      scheduler->submitFailed(time, std::move(jobs), {}, std::move(failure));
    } else {
      scheduler->submit(time, std::move(jobs), std::move(inputs));
    }
  }

  void awaitIdle(const std::stop_token& stop) const {
    while (!stop.stop_requested() && !scheduler->awaitFewerThan(1, soon())) continue;
  }

  std::map<int, StreamInputInfo> inputsOf(Time time) const {
    std::map<int, StreamInputInfo> infos;
    for (const InputPtr& input : graph->inputs()) addInputInfo(*input, time, input->recordsOf(time), infos);
    return infos;
  }

  const std::shared_ptr<StreamGraph> graph;
  const std::shared_ptr<ReceiverTracker> tracker;
  const std::shared_ptr<JobScheduler> scheduler;
  const std::shared_ptr<InputHold> hold;
  const std::shared_ptr<BatchObserver> observer;  // null: nobody observes
  LogThrottle behindLog;
  BatchTicker ticker;
};

JobGenerator::JobGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                           std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<InputHold> hold,
                           std::shared_ptr<Clock> clock, std::shared_ptr<BatchObserver> observer)
    : state_(std::make_shared<State>(std::move(graph), std::move(tracker), std::move(scheduler),
                                     std::move(hold), std::move(clock), std::move(observer))) {}

Time JobGenerator::firstBatchTime() const { return state_->ticker.firstTime(); }

void JobGenerator::makeAgain(Time time, bool alone, const std::stop_token& stop) {
  if (state_->ticker.make(time, stop) && alone) state_->awaitIdle(stop);
}

void JobGenerator::start(Time firstBatch) { state_->ticker.start(firstBatch); }

bool JobGenerator::stop(bool finish, std::chrono::steady_clock::time_point deadline) {
  if (!state_->ticker.stop(deadline, state_)) return false;
  return !finish || !state_->mayHaveMore() || state_->ticker.makeNext(deadline, state_);
}

std::int64_t JobGenerator::sourceWaits() const {
  std::int64_t waits = state_->hold->holds() + state_->tracker->waits();
  for (const InputPtr& input : state_->graph->inputs()) {
    if (const PolledSource* polled = input->polled()) waits += polled->waits();
  }
  return waits;
}

std::string JobGenerator::runningNow() const {
  auto time = state_->ticker.making();
  return time ? "the making of batch " + time->toString() : "";
}

bool JobGenerator::isGeneratingThread() const { return state_->ticker.isMakingThread(); }

}  // namespace millrace::core
