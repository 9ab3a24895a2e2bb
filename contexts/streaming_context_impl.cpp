#include <millrace/base/log.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/scheduler/epoch_generator.hpp>
#include <millrace/contexts/scheduler/job_generator.hpp>
#include <millrace/contexts/signal_watch.hpp>
#include <millrace/contexts/streaming_context_impl.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

namespace millrace {

namespace {

using Deadline = std::chrono::steady_clock::time_point;
constexpr std::chrono::seconds kGrace{2};

core::Mutex activeMutex;
const void* activeContext MILLRACE_GUARDED_BY(activeMutex) = nullptr;

/// Claims the one place of an active context in this process.
void claimActive(const void* context) {
  core::MutexLock lock(activeMutex);
  if (activeContext != nullptr && activeContext != context)
    throw IllegalState(
        "another StreamingContext is active in this process: stop it before starting this StreamingContext");
  activeContext = context;
}

void releaseActive(const void* context) {
  core::MutexLock lock(activeMutex);
  if (activeContext == context) activeContext = nullptr;
}

core::ReceiverOptions receiverOptions(const SparkConf& conf) {
  core::ReceiverOptions options;
  options.blockInterval = conf.get(config::kBlockInterval).count();
  options.blockQueueSize = static_cast<std::size_t>(conf.get(config::kBlockQueueSize));
  options.restartDelay = conf.get(config::kReceiverRestartDelay).count();
  options.live = conf.get(config::kMode) == StreamingMode::kContinuous;
  if (options.live) options.blockInterval = 1;
  options.maxRate = conf.get(config::kReceiverMaxRate);
  return options;
}

Deadline in(std::chrono::milliseconds time) {
  constexpr std::chrono::hours kLongest{100 * 365 * 24};  // keeps deadlines inside the clock's range
  return std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(time, kLongest);
}

std::chrono::milliseconds until(Deadline deadline) {
  auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

void logUnfinished(std::chrono::milliseconds waited, const std::string& work) {
  logError("the StreamingContext stopped before its work had ended",
           {{"waitedMs", waited.count()}, {"for", work.empty() ? "receivers or batches that wait" : work}});
}

}  // namespace

void StreamingContext::Impl::ReceiversOnBus::onReceiverStarted(const ReceiverInfo& receiver) {
  bus->post([receiver](StreamingListener& to) { to.onReceiverStarted(receiver); });
}

void StreamingContext::Impl::ReceiversOnBus::onReceiverError(const ReceiverInfo& receiver) {
  bus->post([receiver](StreamingListener& to) { to.onReceiverError(receiver); });
}

void StreamingContext::Impl::ReceiversOnBus::onReceiverStopped(const ReceiverInfo& receiver) {
  bus->post([receiver](StreamingListener& to) { to.onReceiverStopped(receiver); });
}

StreamingContext::Impl::Impl(SparkContext core, Duration batchDuration, std::shared_ptr<Clock> ownClock)
    : sparkContext(std::move(core)),
      clock(std::move(ownClock)),
      graph(std::make_shared<core::StreamGraph>(sparkContext.engine(), batchDuration)),
      bus(std::make_shared<core::ListenerBus>()),
      waiter(std::make_shared<core::ContextWaiter>()),
      receivers_(bus),
      tracker(std::make_shared<core::ReceiverTracker>(clock, receiverOptions(sparkContext.getConf()),
                                                      &receivers_)) {
  const SparkConf& conf = sparkContext.getConf();
  graph->setConcurrent(conf.get(config::kConcurrentJobs) > 1);
  graph->setUnpersist(conf.get(config::kUnpersist));
}

StreamingContext::Impl::~Impl() { releaseActive(this); }

void StreamingContext::Impl::start() {
  core::MutexLock changing(changing_);
  switch (state()) {
    case StreamingContextState::ACTIVE:
      logWarning("start() of a StreamingContext that is running already has no effect");
      return;
    case StreamingContextState::STOPPED:
      throw IllegalState(
          "start() after stop(): a stopped StreamingContext cannot start again, create a new one");
    case StreamingContextState::INITIALIZED:
      break;
  }
  claimActive(this);
  try {
    if (sparkContext.isStopped())
      throw IllegalState(
          "start() of a StreamingContext whose SparkContext is stopped: create a new SparkContext");
    graph->validate();
    startParts();
  } catch (...) {
    stopParts(false);
    waiter->notifyStop();
    throw;
  }
}

void StreamingContext::Impl::startParts() {
  auto batchEnd = [graph = graph, tracker = tracker](Time time, bool succeeded) {
    tracker->cleanupOldBlocks(graph->batchEnded(time, succeeded).milliseconds());
  };
  int concurrentJobs = sparkContext.getConf().get(config::kConcurrentJobs);
  auto scheduler =
      std::make_shared<core::JobScheduler>(concurrentJobs, clock, bus, waiter, std::move(batchEnd));
  auto generator = makeGenerator(scheduler);
  Time first = generator->firstBatchTime();
  graph->start(first - graph->batchDuration());
  {
    core::MutexLock lock(mutex_);
    scheduler_ = scheduler;
    generator_ = generator;
    state_ = StreamingContextState::ACTIVE;
  }
  bus->post([time = clock->now()](StreamingListener& to) { to.onStreamingStarted(time); });
  generator->start(first);
  for (const core::InputPtr& input : graph->inputs()) input->start();
  tracker->start();
}

std::shared_ptr<core::BatchGenerator> StreamingContext::Impl::makeGenerator(
    const std::shared_ptr<core::JobScheduler>& scheduler) const {
  if (sparkContext.getConf().get(config::kMode) == StreamingMode::kContinuous)
    return std::make_shared<core::EpochGenerator>(graph, tracker, scheduler, waiter, clock);
  return std::make_shared<core::JobGenerator>(graph, tracker, scheduler, clock);
}

bool StreamingContext::Impl::stop(bool stopSparkContext, bool gracefully) {
  if (bus->isCallbackThread())
    throw SparkException(
        "stop() from a StreamingListener, which the stop would wait for: call it on another thread");
  if (isOwnThread()) {
    logInfo("stop() from inside a batch: it goes on when the batch has ended");
    core::MutexLock lock(mutex_);
    if (!stopper_) {
      stopper_ =
          std::make_unique<core::DetachableThread>([self = shared_from_this(), stopSparkContext, gracefully] {
            self->stop(stopSparkContext, gracefully);
          });
    }
    return true;
  }
  core::MutexLock changing(changing_);
  bool ended = true;
  if (state() == StreamingContextState::STOPPED) {
    logWarning("stop() of a StreamingContext that is stopped already");
  } else {
    if (state() == StreamingContextState::INITIALIZED)
      logWarning("stop() of a StreamingContext that was never started");
    ended = stopParts(gracefully);
  }
  if (stopSparkContext) sparkContext.stop();
  waiter->notifyStop();
  return ended;
}

bool StreamingContext::Impl::stopParts(bool gracefully) {
  auto timeout = gracefully ? gracefulTimeout() : std::chrono::milliseconds(kGrace);
  Deadline deadline = in(timeout);
  bool ended = true, generatorEnded = true;
  std::shared_ptr<core::JobScheduler> scheduler;
  std::shared_ptr<core::BatchGenerator> generator;
  {
    core::MutexLock lock(mutex_);
    scheduler = scheduler_;
    generator = generator_;
  }
  if (generator) {
    if (gracefully) {
      ended = tracker->stop(until(deadline));
      generatorEnded = generator->stop(true, deadline);
      ended = generatorEnded && scheduler->awaitFewerThan(1, deadline) && ended;
    } else {
      generatorEnded = generator->stop(false, deadline);
      ended = tracker->stop(until(deadline)) && generatorEnded;
    }
    for (const core::InputPtr& input : graph->inputs()) input->stop();
    std::string running = scheduler->runningNow(), making = generator->runningNow();
    if (!making.empty()) running += (running.empty() ? "" : "; ") + making;
    bool jobsEnded = scheduler->stop(gracefully && !ended ? std::chrono::steady_clock::now()
                                                          : std::max(deadline, in(kGrace)));
    ended = jobsEnded && ended;
    if (!ended) logUnfinished(timeout, running);
  }
  if (generatorEnded) graph->stop();  // who makes a batch holds the graph
  {
    core::MutexLock lock(mutex_);
    state_ = StreamingContextState::STOPPED;
  }
  if (!bus->stop(in(kGrace))) {
    logUnfinished(kGrace, "streaming listeners");
    ended = false;
  }
  releaseActive(this);
  return ended;
}

void StreamingContext::Impl::awaitStopper() {
  if (isOwnThread()) return;
  std::unique_ptr<core::DetachableThread> stopper;
  {
    core::MutexLock lock(mutex_);
    stopper.swap(stopper_);
  }
  if (stopper) stopper->join(in(kGrace));
}

bool StreamingContext::Impl::await(std::optional<std::chrono::milliseconds> timeout) {
  core::SignalWatch signals([this](int signal) { onSignal(signal); });
  return waiter->waitForStopOrError(timeout);
}

void StreamingContext::Impl::onSignal(int signal) {
  bool gracefully = sparkContext.getConf().get(config::kStopGracefullyOnShutdown);
  logInfo(gracefully ? "stopping gracefully; a second signal ends at once" : "stopping",
          {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  if (!stop(true, gracefully)) _exit(1);
}

bool StreamingContext::Impl::isOwnThread() const {
  if (TaskContext::get() != nullptr) return true;
  core::MutexLock lock(mutex_);
  return (scheduler_ && scheduler_->isJobThread()) || (generator_ && generator_->isGeneratingThread());
}

std::chrono::milliseconds StreamingContext::Impl::gracefulTimeout() const {
  auto asked = sparkContext.getConf().getOption(config::kGracefulStopTimeout);
  return asked.value_or(std::chrono::milliseconds((graph->batchDuration() * 10).milliseconds()));
}

StreamingContextState StreamingContext::Impl::state() const {
  core::MutexLock lock(mutex_);
  return state_;
}

}  // namespace millrace
