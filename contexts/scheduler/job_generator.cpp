#include <millrace/base/log.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/contexts/scheduler/job_generator.hpp>
#include <millrace/dstream/core/input_node.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace millrace::core {

namespace {

thread_local const void* generatingFor = nullptr;

}  // namespace

struct JobGenerator::State {
  std::shared_ptr<StreamGraph> graph;
  std::shared_ptr<ReceiverTracker> tracker;
  std::shared_ptr<JobScheduler> scheduler;

  std::mutex mutex;
  std::condition_variable changed;
  bool generating = false;
  bool stopped = false;
  Time last{0};
  std::string making;
  std::unique_ptr<RecurringTimer> timer;  // last, so that it ends before what its thread uses

  void onTick(std::int64_t time) {
    {
      std::lock_guard lock(mutex);
      if (stopped) return;
      generating = true;
    }
    if (awaitRoom()) generate(Time(time));
    std::lock_guard lock(mutex);
    generating = false;
    changed.notify_all();
  }

  bool awaitRoom() {
    auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(100); };
    if (scheduler->pendingBatches() < kMostPending) return true;
    logWarning("falling behind: batches wait to be run, the next ones will be joined",
               {{"pending", scheduler->pendingBatches()}, {"running", scheduler->runningNow()}});
    while (!scheduler->awaitFewerThan(kMostPending, soon())) {
      std::lock_guard lock(mutex);
      if (stopped) return false;
    }
    return true;
  }

  void generate(Time time) {
    const void* outer = std::exchange(generatingFor, this);
    last = time;
    setMaking("the making of batch " + time.toString());
    tracker->allocateBlocksToBatch(time.milliseconds());
    try {
      auto jobs = graph->generateJobs(time);
      scheduler->submit(time, std::move(jobs), inputsOf(time));
    } catch (...) {
      scheduler->reportGenerationFailure(time, std::current_exception());
    }
    setMaking({});
    generatingFor = outer;
  }

  void setMaking(std::string what) {
    std::lock_guard lock(mutex);
    making = std::move(what);
  }

  std::map<int, StreamInputInfo> inputsOf(Time time) const {
    std::map<int, StreamInputInfo> infos;
    for (const InputPtr& input : graph->inputs()) {
      std::int64_t records = input->recordsOf(time);
      if (records >= 0) infos[input->inputId()] = StreamInputInfo{input->inputId(), records};
    }
    return infos;
  }
};

JobGenerator::JobGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                           std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<Clock> clock)
    : state_(std::make_shared<State>()) {
  state_->graph = std::move(graph);
  state_->tracker = std::move(tracker);
  state_->scheduler = std::move(scheduler);
  auto tick = [state = state_.get()](std::int64_t time) { state->onTick(time); };
  state_->timer = std::make_unique<RecurringTimer>(
      std::move(clock), state_->graph->batchDuration().milliseconds(), std::move(tick), "batch timer");
}

Time JobGenerator::firstBatchTime() const { return Time(state_->timer->getStartTime()); }

void JobGenerator::start(Time firstBatch) {
  state_->last = firstBatch - state_->graph->batchDuration();
  state_->timer->start(firstBatch.milliseconds());
}

bool JobGenerator::stop(bool finish, std::chrono::steady_clock::time_point deadline) {
  {
    std::unique_lock lock(state_->mutex);
    state_->stopped = true;
    if (!state_->changed.wait_until(lock, deadline, [&] { return !state_->generating; })) {
      std::thread([state = state_] { state->timer->stop(true); }).detach();
      return false;
    }
  }
  state_->timer->stop(true);
  if (finish && state_->tracker->hasUnallocatedBlocks())
    state_->generate(state_->last + state_->graph->batchDuration());
  return true;
}

std::string JobGenerator::runningNow() const {
  std::lock_guard lock(state_->mutex);
  return state_->making;
}

bool JobGenerator::isGeneratingThread() const { return generatingFor == state_.get(); }

}  // namespace millrace::core
