#include <millrace/base/log.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/epoch_generator.hpp>
#include <millrace/continuous/epoch_rdds.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>
#include <vector>

namespace millrace::core {

EpochGenerator::EpochGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                               std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<ContextWaiter> waiter,
                               std::shared_ptr<Clock> clock)
    : graph_(std::move(graph)),
      tracker_(std::move(tracker)),
      scheduler_(std::move(scheduler)),
      waiter_(std::move(waiter)),
      clock_(std::move(clock)),
      ticker_(
          clock_, graph_->batchDuration(), "epoch timer",
          [this](const std::stop_token& stop) { return awaitRoom(stop); },
          [this](Time time) { begin(time); }) {}

void EpochGenerator::start(Time firstBatch) {
  int threads = graph_->engine()->threads();
  live_ = std::make_unique<LiveGraph>(
      lower(*graph_), makeTaskPool(threads), threads, graph_->zeroTime(), graph_->batchDuration(),
      [this](Epoch epoch, EpochResult result) { onClosed(epoch, std::move(result)); },
      [this](std::exception_ptr failure, Epoch epoch) { onFailed(std::move(failure), epoch); });
  sources_.emplace(*live_);
  stallWatch_.emplace(*live_, scheduler_, clock_, graph_->batchDuration());
  driver_.start([self = shared_from_this()](ClosedEpoch& epoch) { self->makeJobs(epoch); });
  tracker_->forwardTo([weak = weak_from_this()](int input, BlockPtr block) {
    if (auto self = weak.lock()) self->sources_->feed(input, std::move(block));
  });
  ticker_.start(firstBatch);
  stallWatch_->start(firstBatch);
}

bool EpochGenerator::stop(bool finish, std::chrono::steady_clock::time_point deadline) {
  ticker_.requestStop();
  if (stallWatch_) stallWatch_->stop();
  if (live_ && !finish) live_->end();
  if (!ticker_.stop(deadline, shared_from_this())) {
    endRun();
    return false;
  }
  bool ended = true;
  if (finish && !hasFailed()) {
    ticker_.makeNext();
    ended = live_->epochs().awaitFewerThan(1, deadline);
  }
  if (finish) ended = driver_.awaitIdle(deadline) && ended;
  ended = driver_.stop(deadline) && ended;
  endRun();
  return ended;
}

void EpochGenerator::endRun() {
  if (!live_) return;
  sources_->stopReceiving();
  live_->end();
}

std::string EpochGenerator::runningNow() const {
  if (auto time = ticker_.making()) return "the beginning of epoch " + time->toString();
  if (driver_.isMaking()) return "the making of an epoch's jobs";
  MutexLock lock(mutex_);
  return begun_.empty() ? "" : "records of epoch " + begun_.begin()->second.time.toString();
}

bool EpochGenerator::awaitRoom(const std::stop_token& stop) const {
  while (openEpochs() >= kMostOpen) {
    awaitProgress();
    if (stop.stop_requested() || hasFailed()) return false;
  }
  return true;
}

/// Counts on the way that epochs go, so that one that moves on meanwhile counts twice, and not never.
std::size_t EpochGenerator::openEpochs() const {
  std::size_t open = live_->epochs().open();
  open += driver_.pending();
  return open + scheduler_->pendingBatches();
}

void EpochGenerator::awaitProgress() const {
  auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  if (std::size_t pending = scheduler_->pendingBatches(); pending > 0) {
    scheduler_->awaitFewerThan(pending, soon);
  } else {
    live_->epochs().awaitFewerThan(kMostOpen, soon);
  }
}

void EpochGenerator::begin(Time time) {
  Epoch epoch = live_->epochs().begin(time);
  EpochSources::Rdds rdds = sources_->rddsOf(time);
  if (rdds.failure) scheduler_->reportGenerationFailure(time, rdds.failure);
  {
    MutexLock lock(mutex_);
    begun_.emplace(epoch, BegunEpoch{time, rdds.absent, rdds.failure != nullptr});
  }
  sources_->send(epoch, rdds);
}

void EpochGenerator::onClosed(Epoch epoch, EpochResult result) {
  MutexLock lock(mutex_);
  auto begun = begun_.extract(epoch);
  driver_.add({std::move(begun.mapped()), std::move(result)});
}

void EpochGenerator::onFailed(std::exception_ptr failure, Epoch epoch) {
  Time time = live_->epochs().timeOf(epoch);
  {
    MutexLock lock(mutex_);
    hasFailed_ = true;
  }
  auto error =
      std::make_exception_ptr(BatchFailure(time, "the continuous run has ended", std::move(failure)));
  logError("a user function threw: the continuous run has ended", {{"error", describeException(error)}});
  waiter_->notifyError(std::move(error));
}

bool EpochGenerator::hasFailed() const {
  MutexLock lock(mutex_);
  return hasFailed_;
}

void EpochGenerator::makeJobs(ClosedEpoch& epoch) const {
  Time time = epoch.begun.time;
  if (epoch.begun.hasFailed) return graph_->beginBatch(time);
  try {
    std::vector<Job> jobs;
    {
      RecursiveMutexLock lock(graph_->mutex());
      setEpochRdds(live_->plan(), time, epoch.begun.absentSources, std::move(epoch.result.sinks));
      jobs = graph_->generateJobs(time);
    }
    scheduler_->submit(time, std::move(jobs), sources_->inputsOf(time, epoch.result.received));
  } catch (...) {
    scheduler_->reportGenerationFailure(time, std::current_exception());
  }
}

}  // namespace millrace::core
