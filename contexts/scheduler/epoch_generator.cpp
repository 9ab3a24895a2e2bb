#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/epoch_generator.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/state/keyed_states.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

thread_local const void* generatingFor = nullptr;

std::unique_ptr<TaskPool> taskPool(int workers) {
#ifdef __SANITIZE_THREAD__
  return threadTaskPool(workers);
#else
  return tbbTaskPool(workers);
#endif
}

/// What is known of an epoch from its beginning: its time, and the sources that have nothing in it, not even an RDD.
struct Begun {
  Time time;
  std::set<std::size_t> absentSources;
  bool failed = false;  // a source could not say what it has
};

}  // namespace

class EpochGenerator::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
       std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<ContextWaiter> waiter,
       std::shared_ptr<Clock> clock)
      : graph_(std::move(graph)),
        tracker_(std::move(tracker)),
        scheduler_(std::move(scheduler)),
        waiter_(std::move(waiter)),
        timer_(
            clock, graph_->batchDuration().milliseconds(), [this](std::int64_t time) { onTick(Time(time)); },
            "epoch timer"),
        stallLog_(clock, 60'000),
        watch_(
            clock, graph_->batchDuration().milliseconds(),
            [this](std::int64_t time) { nameStalled(Time(time)); }, "epoch watch") {}

  Time firstBatchTime() const { return Time(timer_.getStartTime()); }

  void start(Time firstBatch) {
    last_ = firstBatch - graph_->batchDuration();
    int threads = graph_->engine()->threads();
    live_ = std::make_unique<LiveGraph>(
        lower(*graph_), taskPool(threads), threads, graph_->zeroTime(), graph_->batchDuration(),
        [this](Epoch epoch, EpochResult result) { onClosed(epoch, std::move(result)); },
        [this](std::exception_ptr failure, Epoch epoch) { onFailed(std::move(failure), epoch); });
    beginStates(firstBatch);
    driver_.emplace([self = shared_from_this()] { self->drive(); });
    for (std::size_t source = 0; source < live_->plan().sources.size(); ++source) {
      const InputPtr& input = live_->plan().sources[source].input;
      if (input->isLive()) sourceOfInput_[input->inputId()] = source;
    }
    tracker_->forwardTo([self = weak_from_this()](int input, BlockPtr block) {
      if (auto impl = self.lock()) impl->onBlock(input, std::move(block));
    });
    timer_.start(firstBatch.milliseconds());
    watch_.start(firstBatch.milliseconds());
  }

  /// States to begin with are brought to their cells before the first record.
  void beginStates(Time firstBatch) {
    for (const Plan::Exchange& exchange : live_->plan().exchanges) {
      const NodePtr& initial = exchange.flow.initial;
      if (!initial) continue;
      initial->prepare();
      for (int p = 0; p < initial->partitions(); ++p)
        exchange.flow.state->begin(p, firstBatch, initial->block(p));
    }
  }

  bool stop(bool finish, Deadline deadline) {
    stopping_.request_stop();
    watch_.stop(true);
    if (live_ && !finish) live_->end();
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, deadline, [&] { return !beginning_; })) {
        std::thread([self = shared_from_this()] { self->timer_.stop(true); }).detach();
        receiving_.request_stop();
        live_->end();
        return false;
      }
    }
    timer_.stop(true);
    bool ended = true;
    if (finish && !hasFailed()) {
      begin(last_ + graph_->batchDuration());
      ended = live_->epochs().awaitFewerThan(1, deadline);
    }
    std::unique_lock lock(mutex_);
    ended = changed_.wait_until(lock, deadline, [&] { return (closed_.empty() && !driving_) || !finish; }) &&
            ended;
    stopped_ = true;
    changed_.notify_all();
    lock.unlock();
    ended = (!driver_ || driver_->join(deadline)) && ended;
    receiving_.request_stop();
    if (live_) live_->end();
    return ended;
  }

  std::string runningNow() {
    std::lock_guard lock(mutex_);
    if (beginning_) return "the beginning of epoch " + last_.toString();
    if (driving_) return "the making of an epoch's jobs";
    return begun_.empty() ? "" : "records of epoch " + begun_.begin()->second.time.toString();
  }
  bool isGeneratingThread() const { return generatingFor == this; }

 private:
  struct ClosedEpoch {
    Begun begun;
    EpochResult result;
  };

  void onBlock(int input, BlockPtr block) {
    auto source = sourceOfInput_.find(input);
    if (source != sourceOfInput_.end()) live_->feed(source->second, std::move(block), receiving_.get_token());
  }

  void onTick(Time time) {
    while (!hasRoom()) {
      if (stopping_.stop_requested() || hasFailed()) return;
    }
    {
      std::lock_guard lock(mutex_);
      if (stopping_.stop_requested()) return;
      beginning_ = true;
    }
    begin(time);
    std::lock_guard lock(mutex_);
    beginning_ = false;
    changed_.notify_all();
  }

  /// Says which operator an epoch waits for that should have been closed two epochs ago.
  void nameStalled(Time time) {
    Time due = time - graph_->batchDuration() * 2;
    std::string running;
    if (auto epoch = live_->epochs().oldestBefore(due + Milliseconds(1))) {
      if (named_ == epoch) return;
      running = live_->runningNow();
      named_ = epoch;
    } else if (scheduler_->pendingBatches() > 2) {
      running = scheduler_->runningNow();
    } else {
      return;
    }
    if (running.empty()) running = "records that wait for a worker";
    if (auto heldBack = stallLog_.admit())
      logWarning("an epoch is late: its records are still on their way",
                 {{"sinceMs", (time - due).milliseconds()}, {"runs", running}, {"heldBack", *heldBack}});
  }

  bool hasRoom() {
    if (openEpochs() < kMostOpen) return true;
    auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    if (std::size_t pending = scheduler_->pendingBatches(); pending > 0) {
      scheduler_->awaitFewerThan(pending, soon);
    } else {
      live_->epochs().awaitFewerThan(kMostOpen, soon);
    }
    return false;
  }

  /// Counted on the way that epochs go, so that one that moves on meanwhile counts twice, and not never.
  std::size_t openEpochs() {
    std::size_t open = live_->epochs().open();
    {
      std::lock_guard lock(mutex_);
      open += closed_.size() + (driving_ ? 1 : 0);
    }
    return open + scheduler_->pendingBatches();
  }

  void begin(Time time) {
    const void* outer = std::exchange(generatingFor, this);
    {
      std::lock_guard lock(mutex_);
      last_ = time;
    }
    Epoch epoch = live_->epochs().begin(time);
    Begun begun{time, {}, false};
    std::vector<NodePtr> given(live_->plan().sources.size());
    try {
      give(time, given, begun);
    } catch (...) {
      begun.failed = true;
      scheduler_->reportGenerationFailure(time, std::current_exception());
    }
    {
      std::lock_guard lock(mutex_);
      begun_.emplace(epoch, begun);
    }
    for (std::size_t source = 0; source < given.size(); ++source) {
      if (given[source]) live_->feed(source, given[source], epoch);
      bool isLive = live_->plan().sources[source].input->isLive();
      live_->mark(source, epoch, isLive ? 1 : given[source] ? given[source]->partitions() : 0);
    }
    generatingFor = outer;
  }

  /// Sources that are not live give their RDD of the time.
  void give(Time time, std::vector<NodePtr>& given, Begun& begun) {
    for (std::size_t source = 0; source < given.size(); ++source) {
      const InputPtr& input = live_->plan().sources[source].input;
      if (input->isLive()) continue;
      NodePtr rdd = input->rdd(time);
      if (rdd) {
        rdd->prepare();
        given[source] = std::move(rdd);
      } else {
        begun.absentSources.insert(source);
      }
    }
  }

  void onClosed(Epoch epoch, EpochResult result) {
    std::lock_guard lock(mutex_);
    auto begun = begun_.find(epoch);
    closed_.push_back({std::move(begun->second), std::move(result)});
    begun_.erase(begun);
    changed_.notify_all();
  }

  void onFailed(std::exception_ptr failure, Epoch epoch) {
    Time time = live_->epochs().timeOf(epoch);
    {
      std::lock_guard lock(mutex_);
      failed_ = true;
      changed_.notify_all();
    }
    auto error =
        std::make_exception_ptr(BatchFailure(time, "the continuous run has ended", std::move(failure)));
    logError("a user function threw: the continuous run has ended", {{"error", describeException(error)}});
    waiter_->notifyError(std::move(error));
  }

  bool hasFailed() {
    std::lock_guard lock(mutex_);
    return failed_;
  }

  /// The driver's thread: makes the jobs of closed epochs, in order.
  void drive() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopped_ || !closed_.empty(); });
      if (stopped_) break;
      ClosedEpoch epoch = std::move(closed_.front());
      closed_.pop_front();
      driving_ = true;
      lock.unlock();
      generatingFor = this;
      submit(epoch);
      generatingFor = nullptr;
      lock.lock();
      driving_ = false;
      changed_.notify_all();
    }
  }

  void submit(ClosedEpoch& epoch) {
    Time time = epoch.begun.time;
    if (epoch.begun.failed) return;
    try {
      std::vector<Job> jobs;
      {
        std::lock_guard lock(graph_->mutex());
        setRdds(epoch);
        jobs = graph_->generateJobs(time);
      }
      scheduler_->submit(time, std::move(jobs), inputsOf(epoch));
    } catch (...) {
      scheduler_->reportGenerationFailure(time, std::current_exception());
    }
  }

  std::map<int, StreamInputInfo> inputsOf(const ClosedEpoch& epoch) const {
    std::map<int, StreamInputInfo> infos;
    const auto& sources = live_->plan().sources;
    for (std::size_t source = 0; source < sources.size(); ++source) {
      const InputPtr& input = sources[source].input;
      std::int64_t records = input->recordsOf(epoch.begun.time);
      if (input->isLive()) records = epoch.result.received.at(source);
      if (records >= 0) infos[input->inputId()] = StreamInputInfo{input->inputId(), records};
    }
    return infos;
  }

  /// Gives the streams of the graph their RDDs of the epoch. A stream is absent if its source has none at that time. What
  /// needs an RDD of an absent stream gets none from here, so that it is asked to make one, and says what is missing.
  void setRdds(ClosedEpoch& epoch) {
    enum class Has { kRdd, kNone, kError };
    const Plan& plan = live_->plan();
    Time time = epoch.begun.time;
    std::vector<Has> has(plan.streams.size(), Has::kRdd);
    for (std::size_t source : epoch.begun.absentSources) has[plan.sources[source].stream] = Has::kNone;
    for (std::size_t i = 0; i < plan.streams.size(); ++i) {
      const Plan::Stream& stream = plan.streams[i];
      if (has[i] == Has::kNone) stream.node->setRdd(time, nullptr);
      if (has[i] == Has::kRdd) {
        for (std::size_t sink : stream.sinks) give(stream, plan.sinks[sink], time, epoch.result.sinks[sink]);
        continue;
      }
      for (const Plan::Branch& branch : stream.branches) has[branch.to] = branch.step ? has[i] : Has::kError;
      for (std::size_t exchange : stream.exchanges) {
        bool takesNothing = plan.exchanges[exchange].flow.state && has[i] == Has::kNone;
        if (!takesNothing) has[plan.exchanges[exchange].to] = Has::kError;
      }
    }
    for (const Plan::Exchange& exchange : plan.exchanges) {
      for (std::size_t sink : exchange.snapshots)
        plan.sinks[sink].target->setRdd(time, rddOf(plan.sinks[sink], epoch.result.sinks[sink]));
    }
  }

  /// What a sink has gathered becomes an RDD. A writer has had its records already: its stream is there, with nothing in
  /// it, so that the output has its job, which says how it went.
  void give(const Plan::Stream& stream, const Plan::Sink& sink, Time time,
            std::map<PartitionPath, SinkPartition>& partitions) {
    if (sink.target) return sink.target->setRdd(time, rddOf(sink, partitions));
    if (!stream.node->isKnown(time))
      stream.node->setRdd(time, blockNode(graph_->engine(), stream.node->info(), {}));
    for (auto& [key, partition] : partitions) {
      if (partition.failure) sink.output->setFailure(partition.failure);
    }
  }

  NodePtr rddOf(const Plan::Sink& sink, std::map<PartitionPath, SinkPartition>& partitions) {
    if (!sink.spec) {
      std::vector<BlockPtr> blocks;
      for (auto& [key, partition] : partitions) blocks.push_back(std::move(partition.block));
      return blockNode(graph_->engine(), sink.target->info(), std::move(blocks));
    }
    std::vector<std::vector<ShuffleFilePtr>> tasks;
    for (auto& [key, partition] : partitions) tasks.push_back(std::move(partition.files));
    return writtenShuffleNode(graph_->engine(), sink.target->info(), sink.spec, sink.partitioner,
                              std::move(tasks));
  }

  const std::shared_ptr<StreamGraph> graph_;
  const std::shared_ptr<ReceiverTracker> tracker_;
  const std::shared_ptr<JobScheduler> scheduler_;
  const std::shared_ptr<ContextWaiter> waiter_;
  std::map<int, std::size_t> sourceOfInput_;
  std::stop_source stopping_;
  std::stop_source receiving_;
  Time last_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Epoch, Begun> begun_;
  std::deque<ClosedEpoch> closed_;
  bool beginning_ = false;
  bool driving_ = false;
  bool failed_ = false;
  bool stopped_ = false;
  std::unique_ptr<LiveGraph> live_;
  RecurringTimer timer_;
  LogThrottle stallLog_;
  std::optional<Epoch> named_;
  RecurringTimer watch_;
  std::optional<DetachableThread> driver_;
};

EpochGenerator::EpochGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                               std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<ContextWaiter> waiter,
                               std::shared_ptr<Clock> clock)
    : impl_(std::make_shared<Impl>(std::move(graph), std::move(tracker), std::move(scheduler),
                                   std::move(waiter), std::move(clock))) {}

EpochGenerator::~EpochGenerator() = default;

Time EpochGenerator::firstBatchTime() const { return impl_->firstBatchTime(); }
void EpochGenerator::start(Time firstBatch) { impl_->start(firstBatch); }
bool EpochGenerator::stop(bool finish, std::chrono::steady_clock::time_point deadline) {
  return impl_->stop(finish, deadline);
}
std::string EpochGenerator::runningNow() const { return impl_->runningNow(); }
bool EpochGenerator::isGeneratingThread() const { return impl_->isGeneratingThread(); }

}  // namespace millrace::core
