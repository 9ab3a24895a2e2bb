#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/base/secret.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/recovery/checkpoint_directory.hpp>
#include <millrace/contexts/recovery/plan_request.hpp>
#include <millrace/contexts/scheduler/epoch_generator.hpp>
#include <millrace/contexts/scheduler/health_log.hpp>
#include <millrace/contexts/scheduler/job_generator.hpp>
#include <millrace/contexts/scheduler/memory_watch.hpp>
#include <millrace/contexts/scheduler/rate_controller.hpp>
#include <millrace/contexts/signal_watch.hpp>
#include <millrace/contexts/streaming_context_impl.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>

namespace millrace {

namespace {

using Deadline = std::chrono::steady_clock::time_point;
constexpr std::chrono::seconds kGrace{2};
constexpr std::chrono::milliseconds kLeastPatience{100};

thread_local const void* changingFor = nullptr;  // the context that this thread starts, or stops

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
  options.initialRate = conf.getOption(config::kBackpressureInitialRate).value_or(options.maxRate);
  return options;
}

std::shared_ptr<core::ReceiverLogs> receiverLogsOf(const SparkConf& conf,
                                                   const std::shared_ptr<Clock>& clock) {
  if (!conf.get(config::kReceiverLog)) return nullptr;
  core::ReceiverLog::Options options;
  options.rollingInterval = std::int64_t{1000} * conf.get(config::kReceiverLogRollingInterval);
  options.maxFailures = conf.get(config::kReceiverLogMaxFailures);
  options.restartDelay = conf.get(config::kReceiverRestartDelay).count();
  return std::make_shared<core::ReceiverLogs>(clock, options);
}

core::PidRateEstimator::Gains gainsOf(const SparkConf& conf) {
  return {.proportional = conf.get(config::kBackpressureProportional),
          .integral = conf.get(config::kBackpressureIntegral),
          .derived = conf.get(config::kBackpressureDerived),
          .minRate = conf.get(config::kBackpressureMinRate)};
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

/// A deadline for one who comes late to a stop, so that nobody is named who had no time at all.
Deadline orSoon(Deadline deadline) { return std::max(deadline, in(kLeastPatience)); }

/// Puts together what a stop leaves behind.
class LeftBehind {
 public:
  void add(const std::string& work) {
    if (!work.empty()) all_ += (all_.empty() ? "" : "; ") + work;
  }
  void log(std::chrono::milliseconds waited) const {
    logError("the StreamingContext stopped before its work had ended",
             {{"waitedMs", waited.count()}, {"for", all_.empty() ? "batches that wait" : all_}});
  }

 private:
  std::string all_;
};

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
      bus(std::make_shared<core::StreamingBus>()),
      progress(std::make_shared<core::ProgressListener>()),
      waiter(std::make_shared<core::ContextWaiter>()),
      receivers_(bus),
      tracker(std::make_shared<core::ReceiverTracker>(clock, receiverOptions(sparkContext.getConf()),
                                                      &receivers_)),
      receiverLogs(receiverLogsOf(sparkContext.getConf(), clock)) {
  const SparkConf& conf = sparkContext.getConf();
  bus->add(progress);
  if (const auto interval = conf.get(config::kHealthLogInterval).count(); interval > 0)
    bus->add(std::make_shared<core::HealthLog>(clock, progress, interval, batchDuration.milliseconds()));
  if (conf.get(config::kBackpressure)) addBackpressure(conf);
  graph->setConcurrent(conf.get(config::kConcurrentJobs) > 1);
  graph->setUnpersist(conf.get(config::kUnpersist));
}

void StreamingContext::Impl::addBackpressure(const SparkConf& conf) {
  const core::PidRateEstimator estimator(graph->batchDuration().milliseconds(), gainsOf(conf));
  if (conf.get(config::kMode) != StreamingMode::kMicroBatch) return;
  auto setRate = [graph = graph, tracker = tracker](int input, std::int64_t rate) {
    tracker->setRate(input, rate);
    core::PolledSource* polled = graph->inputs().at(static_cast<std::size_t>(input))->polled();
    if (polled != nullptr) polled->setRate(rate);
  };
  bus->add(std::make_shared<core::RateController>(std::move(setRate), estimator));
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
  changingFor = this;
  core::ScopeExit started([] { changingFor = nullptr; });
  if (const auto request = core::PlanRequest::given())
    request->answer(sparkContext.engine()->files(), *graph, recoverySettings());
  claimActive(this);
  try {
    if (sparkContext.isStopped())
      throw IllegalState(
          "start() of a StreamingContext whose SparkContext is stopped: create a new SparkContext");
    openCheckpoint();
    graph->validate();
    startParts();
  } catch (...) {
    stopParts(false);
    waiter->notifyStop();
    throw;
  }
}

void StreamingContext::Impl::checkpointTo(std::string directory) {
  core::MutexLock lock(mutex_);
  checkpointDirectory_ = std::move(directory);
}

void StreamingContext::Impl::goOnFrom(const std::string& directory) {
  core::MutexLock lock(mutex_);
  if (checkpointDirectory_ != directory)
    throw IllegalArgument("getOrCreate() with " + directory + " of a context whose checkpoints go to " +
                          (checkpointDirectory_.empty() ? "no directory" : checkpointDirectory_) +
                          ": call checkpoint() with the same directory where the context is made");
  goesOn_ = true;
}

core::Recovery::Settings StreamingContext::Impl::recoverySettings() const {
  const SparkConf& conf = sparkContext.getConf();
  core::Recovery::Settings settings;
  {
    core::MutexLock lock(mutex_);
    settings.directory = checkpointDirectory_;
    settings.goesOn = goesOn_;
  }
  settings.startAfresh = conf.get(config::kRecoveryStartAfresh);
  settings.dropUnknownState = conf.get(config::kRecoveryDropUnknownState);
  settings.maxUncommitted = static_cast<std::size_t>(conf.get(config::kRecoveryMaxUncommitted));
  settings.poison = conf.get(config::kRecoveryPoison);
  for (const auto& [key, value] : conf.getAll()) settings.settings[key] = redact(key, value);
  settings.isContinuous = conf.get(config::kMode) == StreamingMode::kContinuous;
  if (settings.isContinuous) settings.cutEvery = conf.get(config::kCheckpointEpochs);
  return settings;
}

void StreamingContext::Impl::openCheckpoint() {
  core::Recovery::Settings settings = recoverySettings();
  const bool logsReceivers = receiverLogs && !receiverLogs->empty();
  if (settings.directory.empty() && logsReceivers)
    throw SparkException(std::string(config::kReceiverLog.name) +
                         " is true, and there is no directory for the log: call checkpoint(directory), set " +
                         std::string(config::kCheckpointDirectory.name) + ", or switch the log off");
  if (settings.directory.empty()) return;
  const core::EnginePtr engine = sparkContext.engine();
  const std::shared_ptr<FileSystem> files(engine, &engine->files());
  if (logsReceivers) receiverLogs->openIn(files, core::receiverLogsDirectory(settings.directory));
  recovery_ = std::make_shared<core::Recovery>(files, *graph, waiter, core::VersionReports(clock, bus),
                                               std::move(settings));
  graph->setCutSink(recovery_);
}

void StreamingContext::Impl::startParts() {
  auto hold = std::make_shared<core::InputHold>(graph, tracker, core::JobGenerator::kMostPending);
  auto memory = std::make_shared<core::MemoryWatch>(graph->engine()->liveMemory(), hold, waiter);
  auto batchEnd = [graph = graph, tracker = tracker, recovery = recovery_, memory](Time time,
                                                                                   bool succeeded) {
    if (recovery) recovery->onEnd(time, succeeded);
    tracker->cleanupOldBlocks(graph->batchEnded(time, succeeded).milliseconds());
    memory->onBatchEnded();
  };
  int concurrentJobs = sparkContext.getConf().get(config::kConcurrentJobs);
  hold->watchInputs();
  auto scheduler =
      std::make_shared<core::JobScheduler>(concurrentJobs, clock, bus, waiter, std::move(batchEnd), hold);
  auto generator = makeGenerator(scheduler, hold);
  graph->close();
  {
    core::MutexLock lock(mutex_);
    scheduler_ = scheduler;
    generator_ = generator;
    state_ = StreamingContextState::ACTIVE;
  }
  bus->post([time = clock->now()](StreamingListener& to) { to.onStreamingStarted(time); });
  const auto goneOn = recovery_ ? recovery_->resume(*graph) : std::nullopt;
  if (goneOn) progress->onGoneOn(recovery_->goneOnBehind());
  for (const core::InputPtr& input : graph->inputs()) input->start();
  Time first = goneOn ? *goneOn + graph->batchDuration() : generator->firstBatchTime();
  graph->start(first - graph->batchDuration());
  if (recovery_) recovery_->start(graph->zeroTime());
  generator->open();
  if (recovery_) recovery_->runAgain(*generator, startEnds_.get_token());
  tracker->start();
  for (const core::InputPtr& input : graph->inputs()) input->startReceiving();
  generator->start(first);
}

std::shared_ptr<core::BatchGenerator> StreamingContext::Impl::makeGenerator(
    const std::shared_ptr<core::JobScheduler>& scheduler, const std::shared_ptr<core::InputHold>& hold) {
  if (sparkContext.getConf().get(config::kMode) == StreamingMode::kContinuous)
    return std::make_shared<core::EpochGenerator>(graph, tracker, scheduler, hold, waiter, clock, recovery_);
  return std::make_shared<core::JobGenerator>(graph, tracker, scheduler, hold, clock, recovery_);
}

bool StreamingContext::Impl::stop(bool stopSparkContext, bool gracefully) {
  if (bus->isCallbackThread())
    throw SparkException(
        "stop() from a StreamingListener, which the stop would wait for: call it on another thread");
  startEnds_.request_stop();
  if (isOwnThread()) {
    logInfo("stop() from a thread that the stop waits for: it goes on when the thread has ended its work");
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
  LeftBehind left;
  if (generator) {
    tracker->requestStop();
    if (recovery_ && gracefully) recovery_->cutAll();
    if (gracefully) {
      ended = tracker->stop(until(deadline));
      generatorEnded = generator->stop(true, orSoon(deadline));
      ended = generatorEnded && scheduler->awaitFewerThan(1, deadline) && ended;
    } else {
      generatorEnded = generator->stop(false, deadline);
      ended = tracker->stop(until(orSoon(deadline))) && generatorEnded;
    }
    if (!ended) left.add(generator->runningNow());
    left.add(tracker->runningNow());
    std::string input = stopInputs(orSoon(deadline));
    left.add(input);
    bool inTime = !gracefully || ended;
    bool jobsEnded = scheduler->stop(orSoon(inTime ? deadline : std::chrono::steady_clock::now()));
    if (!jobsEnded) left.add(scheduler->runningNow());
    ended = jobsEnded && input.empty() && ended;
  }
  if (recovery_ && !recovery_->close(orSoon(deadline))) {
    left.add("the writing of the checkpoint");
    ended = false;
  }
  if (receiverLogs) receiverLogs->close();
  if (generatorEnded) graph->stop();  // who makes a batch holds the graph
  {
    core::MutexLock lock(mutex_);
    state_ = StreamingContextState::STOPPED;
  }
  if (!bus->stop(orSoon(deadline))) {
    left.add("streaming listeners");
    ended = false;
  }
  if (!ended) left.log(timeout);
  releaseActive(this);
  return ended;
}

std::string StreamingContext::Impl::stopInputs(Deadline deadline) {
  const auto stopping = std::make_shared<std::atomic<std::size_t>>(0);
  const auto inputs = graph->inputs();
  core::DetachableThread thread([self = shared_from_this(), inputs, stopping] {
    changingFor = self.get();
    for (; *stopping < inputs.size(); ++*stopping) {
      try {
        inputs[*stopping]->stop();
      } catch (...) {
        logError("an input could not be stopped",
                 {{"input", inputs[*stopping]->inputName()},
                  {"error", core::describeException(std::current_exception())}});
      }
    }
  });
  if (thread.join(deadline)) return "";
  const std::size_t number = *stopping;
  return number < inputs.size() ? "the stop of " + inputs[number]->inputName() : "";
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
  if (TaskContext::get() != nullptr || changingFor == this || tracker->isReceiverThread()) return true;
  core::MutexLock lock(mutex_);
  return generator_ && (scheduler_->isJobThread() || generator_->isGeneratingThread() ||
                        std::ranges::any_of(graph->inputs(), &core::InputNode::isOwnThread));
}

std::chrono::milliseconds StreamingContext::Impl::gracefulTimeout() const {
  auto asked = sparkContext.getConf().getOption(config::kGracefulStopTimeout);
  return asked.value_or(std::chrono::milliseconds((graph->batchDuration() * 10).milliseconds()));
}

std::map<std::string, std::int64_t> StreamingContext::Impl::gauges() const {
  auto gauges = progress->gauges(clock->now());
  core::MutexLock lock(mutex_);
  gauges["liveBytes"] = static_cast<std::int64_t>(graph->engine()->liveMemory()->bytes());
  gauges["receivedNotDurable"] = receiverLogs ? tracker->recordsNotStored() : -1;
  gauges["sourceWaits"] = generator_ ? generator_->sourceWaits() : 0;
  return gauges;
}

StreamingContextState StreamingContext::Impl::state() const {
  core::MutexLock lock(mutex_);
  return state_;
}

}  // namespace millrace
