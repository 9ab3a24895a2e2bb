#include <millrace/base/log.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/epoch_generator.hpp>
#include <millrace/continuous/epoch_rdds.hpp>
#include <millrace/dstream/core/output_operation.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

EpochGenerator::EpochGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                               std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<InputHold> hold,
                               std::shared_ptr<ContextWaiter> waiter, std::shared_ptr<Clock> clock,
                               std::shared_ptr<BatchObserver> observer)
    : graph_(std::move(graph)),
      tracker_(std::move(tracker)),
      scheduler_(std::move(scheduler)),
      hold_(std::move(hold)),
      waiter_(std::move(waiter)),
      clock_(std::move(clock)),
      observer_(std::move(observer)),
      ticker_(
          clock_, graph_->batchDuration(), "epoch timer",
          [this](const std::stop_token& stop) { return awaitRoom(stop); },
          [this](Time time) { begin(time); }) {}

void EpochGenerator::open() {
  int threads = graph_->engine()->threads();
  live_ = std::make_unique<LiveGraph>(
      lower(*graph_), makeTaskPool(threads), threads, graph_->zeroTime(), graph_->begunAfter(),
      graph_->batchDuration(),
      [this](Epoch epoch, EpochResult result) { onClosed(epoch, std::move(result)); },
      [this](std::exception_ptr failure, Epoch epoch) { onFailed(std::move(failure), epoch); });
  sources_.emplace(*live_, weak_from_this());
  stallWatch_.emplace(*live_, scheduler_, clock_, graph_->batchDuration());
  driver_.start([self = shared_from_this()](ClosedEpoch& epoch) { self->makeJobs(epoch); });
  tracker_->forwardTo([weak = weak_from_this()](int input, BlockPtr block) {
    if (auto self = weak.lock()) self->sources_->feed(input, std::move(block));
  });
}

void EpochGenerator::makeAgain(Time time, bool alone, const std::stop_token& stop) {
  if (ticker_.make(time, stop) && alone) awaitFewerThan(1, stop);
}

void EpochGenerator::start(Time firstBatch) {
  ticker_.start(firstBatch);
  stallWatch_->start(firstBatch);
}

bool EpochGenerator::stop(bool finish, std::chrono::steady_clock::time_point deadline) {
  ticker_.requestStop();
  if (!live_) return ticker_.stop(deadline, shared_from_this());
  stallWatch_->stop();
  if (!finish) endRun();
  bool ended = ticker_.stop(deadline, shared_from_this());
  if (ended && finish && !hasFailed())
    ended = ticker_.makeNext(deadline, shared_from_this()) && live_->epochs().awaitFewerThan(1, deadline);
  if (ended && finish) ended = driver_.awaitIdle(deadline);
  ended = driver_.stop(deadline) && ended;
  endRun();
  return ending_->join(deadline) && ended;
}

void EpochGenerator::endRun() {
  if (ending_) return;
  sources_->stopReceiving();
  ending_.emplace([self = shared_from_this()] {
    self->live_->end();
    self->live_->awaitIdle();
  });
}

std::string EpochGenerator::runningNow() const {
  std::vector<std::string> all;
  if (auto time = ticker_.making()) all.push_back("the beginning of epoch " + time->toString());
  if (driver_.isMaking()) all.emplace_back("the making of an epoch's jobs");
  std::string operators = live_ ? live_->runningNow() : "";
  MutexLock lock(mutex_);
  if (!begun_.empty() && (!operators.empty() || !ending_))
    all.push_back("records of epoch " + begun_.begin()->second.time.toString());
  if (!operators.empty()) all.push_back(std::move(operators));
  return boost::algorithm::join(all, ", ");
}

std::int64_t EpochGenerator::sourceWaits() const {
  return hold_->holds() + (live_ ? live_->sourceWaits() : 0);
}

bool EpochGenerator::awaitRoom(const std::stop_token& stop) const {
  if (openEpochs() < kMostOpen) return true;
  hold_->setFull(true);
  const ScopeExit released([this] { hold_->setFull(false); });
  return awaitFewerThan(kMostOpen, stop);
}

bool EpochGenerator::awaitFewerThan(std::size_t most, const std::stop_token& stop) const {
  while (openEpochs() >= most) {
    awaitProgress(most);
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

void EpochGenerator::awaitProgress(std::size_t most) const {
  auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  if (std::size_t pending = scheduler_->pendingBatches(); pending > 0) {
    scheduler_->awaitFewerThan(pending, soon);
  } else {
    live_->epochs().awaitFewerThan(most, soon);
  }
}

void EpochGenerator::begin(Time time) {
  if (observer_) observer_->onBegin(time);
  const auto& cuts = graph_->cuts();
  Epoch epoch = live_->epochs().begin(time, cuts && cuts->isCut(time));
  EpochSources::Rdds rdds = sources_->rddsOf(time);
  {
    MutexLock lock(mutex_);
    begun_.emplace(epoch, BegunEpoch{time, rdds.absent, rdds.failure});
  }
  sources_->send(epoch, std::move(rdds));
  hold_->onBatchMade();
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
  const Time time = epoch.begun.time;
  std::vector<Job> jobs;
  std::map<int, StreamInputInfo> inputs;
  std::exception_ptr failure;
  try {
    jobs = jobsOf(epoch, inputs);
  } catch (...) {
    failure = std::current_exception();
    jobs = failedJobs(time);
    std::ranges::move(graph_->stateJobs(time), std::back_inserter(jobs));
  }
  try {
    if (observer_) observer_->onMade(time);
  } catch (...) {
    if (!failure) {
      failure = std::current_exception();
      jobs = failedJobs(time);
    }
  }
  if (failure) {
    scheduler_->submitFailed(time, std::move(jobs), std::move(inputs), std::move(failure));
  } else {
    scheduler_->submit(time, std::move(jobs), std::move(inputs));
  }
}

std::vector<Job> EpochGenerator::jobsOf(ClosedEpoch& epoch, std::map<int, StreamInputInfo>& inputs) const {
  const Time time = epoch.begun.time;
  setWriterFailures(live_->plan(), time, epoch.result.sinks);
  graph_->beginBatch(time);
  for (StatePart& part : epoch.result.states)
    graph_->cuts()->add(time,
                        [part = std::move(part)](std::vector<StatePart>& parts) { parts.push_back(part); });
  inputs = sources_->inputsOf(time, epoch.result);
  if (epoch.begun.failure) std::rethrow_exception(epoch.begun.failure);
  RecursiveMutexLock lock(graph_->mutex());
  setEpochRdds(live_->plan(), time, epoch.begun.absentSources, std::move(epoch.result.sinks));
  return graph_->generateJobs(time);
}

std::vector<Job> EpochGenerator::failedJobs(Time time) const {
  std::vector<Job> jobs;
  for (const auto& output : graph_->outputs()) {
    if (auto job = output->failedJob(time)) jobs.push_back(std::move(*job));
  }
  return jobs;
}

}  // namespace millrace::core
