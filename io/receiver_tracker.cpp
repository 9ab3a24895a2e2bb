#include <millrace/io/receiver_tracker.hpp>

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/backoff.hpp>
#include <millrace/io/received_block_tracker.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace millrace::core {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMostPause = 60'000;
constexpr std::chrono::milliseconds kPatienceOfDestructor = 10s;
constexpr std::chrono::milliseconds kPatienceWithWhatIsStored = 100ms;

thread_local const void* servingFor = nullptr;

}  // namespace

class ReceiverTracker::Impl final : public BlockSink,
                                    public ReceiverEvents,
                                    public std::enable_shared_from_this<Impl> {
 public:
  Impl(std::shared_ptr<Clock> clock, ReceiverOptions options, ReceiverListener* listener,
       std::size_t maxBytes)
      : clock_(std::move(clock)), options_(options), maxBytes_(maxBytes), listener_(listener) {}
  ~Impl() override {
    // A receiver's destructor may join threads that still report errors to here.
    for (auto& [streamId, run] : runs_) run.supervisor.reset();
  }

  void addReceiver(int streamId, std::unique_ptr<ReceiverBase> receiver, Store store) {
    MutexLock lock(mutex_);
    if (started_) throw IllegalState("A receiver was added after the start; add all streams before");
    auto [run, isNew] = runs_.try_emplace(streamId);
    if (!isNew) throw IllegalArgument("Stream " + std::to_string(streamId) + " has a receiver already");
    run->second.supervisor =
        std::make_unique<ReceiverSupervisor>(streamId, std::move(receiver), clock_, options_, *this, *this);
    run->second.store = std::move(store);
    run->second.info.streamId = streamId;
    run->second.info.name = run->second.supervisor->name();
  }

  void start() {
    MutexLock lock(mutex_);
    if (started_ || stopping_.stop_requested()) {
      throw IllegalState("Receivers start once; make a new context to start them again");
    }
    started_ = true;
    for (auto& [streamId, run] : runs_) {
      run.thread = std::thread([self = shared_from_this(), &run] { self->serve(run); });
      run.running = true;
    }
  }

  bool stop(std::chrono::milliseconds patience) {
    MutexLock ending(ending_);
    auto deadline = std::chrono::steady_clock::now() + patience;
    requestStop();
    bool allEnded = true;
    for (Run* run : allRuns()) allEnded &= end(*run, deadline);
    MutexLock lock(listening_);
    listener_ = nullptr;
    return allEnded;
  }

  void requestStop() {
    stopping_.request_stop();
    MutexLock lock(mutex_);
    changed_.notifyAll();
  }

  bool isReceiverThread() const { return servingFor == this; }

  std::string runningNow() const {
    MutexLock lock(mutex_);
    std::string names;
    for (const auto& [streamId, run] : runs_) {
      if (run.running && run.handingOn == 0)
        names += (names.empty() ? "receiver " : ", receiver ") + run.info.name;
    }
    return names;
  }

  void forwardTo(std::function<void(int, BlockPtr)> sink) { sink_ = std::move(sink); }

  void onReceived(std::function<void(std::size_t)> received) { received_ = std::move(received); }

  bool isStopping() const { return stopping_.stop_requested(); }

  void allocateBlocksToBatch(std::int64_t batchTime) {
    MutexLock lock(mutex_);
    blocks_.allocateBlocksToBatch(batchTime);
  }

  std::vector<BlockPtr> getBlocksOfBatch(std::int64_t batchTime, int streamId) const {
    MutexLock lock(mutex_);
    return blocks_.getBlocksOfBatch(batchTime, streamId);
  }

  bool hasUnallocatedBlocks() const {
    MutexLock lock(mutex_);
    return blocks_.hasUnallocatedBlocks();
  }

  void cleanupOldBlocks(std::int64_t threshold) {
    MutexLock lock(mutex_);
    blocks_.cleanupOldBatches(threshold);
    changed_.notifyAll();
  }

  void setRate(int streamId, std::int64_t rate) {
    MutexLock lock(mutex_);
    const auto run = runs_.find(streamId);
    if (run != runs_.end() && run->second.supervisor) run->second.supervisor->limiter().updateRate(rate);
  }

  void admit(std::int64_t mostRecords) {
    MutexLock lock(mutex_);
    for (auto& [streamId, run] : runs_) {
      RateLimiter& limiter = run.supervisor->limiter();
      limiter.boundBurst(static_cast<std::size_t>(std::max<std::int64_t>(mostRecords, 1)));
      limiter.hold(mostRecords == 0);
    }
  }

  std::int64_t waits() const {
    MutexLock lock(mutex_);
    return waits_;
  }

  std::int64_t recordsNotStored() const {
    MutexLock lock(mutex_);
    std::int64_t records = 0;
    for (const auto& [streamId, run] : runs_)
      if (run.store) records += run.supervisor->recordsNotStored();
    return records;
  }

  std::vector<ReceiverInfo> receivers() const {
    MutexLock lock(mutex_);
    std::vector<ReceiverInfo> infos;
    for (const auto& [streamId, run] : runs_) infos.push_back(run.info);
    return infos;
  }

 private:
  struct Run {
    std::unique_ptr<ReceiverSupervisor> supervisor;
    Store store;  // null: with those of the others
    ReceiverInfo info;
    bool running = false;
    std::atomic<int> handingOn = 0;  // threads that are in the sink
    std::thread thread;
  };

  /// Counts a thread that is in the sink.
  struct HandingOn {
    explicit HandingOn(Run& in) : run(in) { ++run.handingOn; }
    ~HandingOn() { --run.handingOn; }
    Run& run;
  };

  void serve(Run& run) {
    servingFor = this;
    Backoff backoff(options_.restartDelay, kMostPause);
    std::int64_t began;
    do {
      began = clock_->now();
      try {
        run.supervisor->run(stopping_.get_token());
      } catch (const std::exception& error) {
        run.supervisor->reportError({"Running the receiver failed", error.what()});
      }
      if (clock_->now() - began > kMostPause) backoff.reset();
    } while (clock_->waitUntil(saturatedSum(clock_->now(), backoff.next()), stopping_.get_token()));
    MutexLock lock(mutex_);
    run.running = false;
    changed_.notifyAll();
  }

  bool end(Run& run, std::chrono::steady_clock::time_point deadline) MILLRACE_REQUIRES(ending_) {
    MutexLock lock(mutex_);
    while (run.running && changed_.waitUntil(lock, deadline)) continue;
    const bool ended = !run.running;
    lock.unlock();
    if (!run.thread.joinable()) return ended;
    if (ended) {
      run.thread.join();
    } else {
      logWarning(run.handingOn > 0 ? "receiver is left to itself: its records were not taken in time"
                                   : "receiver did not end when told to and is left to itself",
                 {{"receiver", run.info.name}});
      abandon(run);
      run.thread.detach();
    }
    return ended;
  }

  /// On a thread of its own: what the receiver has stored may wait for a sink that takes nothing.
  void abandon(Run& run) {
    DetachableThread abandoning([self = shared_from_this(), &run] { run.supervisor->abandon(); });
    abandoning.join(std::chrono::steady_clock::now() + kPatienceWithWhatIsStored);
  }

  std::vector<Run*> allRuns() {
    MutexLock lock(mutex_);
    std::vector<Run*> runs;
    for (auto& [streamId, run] : runs_) runs.push_back(&run);
    return runs;
  }

  /// The receivers are known once they run, so there is no lock: this is on the way of each line.
  void onBlock(int streamId, BlockPtr block) override MILLRACE_UNCHECKED {
    Run& run = runs_.at(streamId);
    if (run.store) {
      const HandingOn here(run);
      return run.store(std::move(block), stopping_.get_token());
    }
    const std::size_t records = block->records();
    sink_ ? handOn(run, std::move(block)) : keep(streamId, std::move(block));
    if (received_) received_(records);
  }

  void keep(int streamId, BlockPtr block) {
    MutexLock lock(mutex_);
    if (isFull()) ++waits_;
    while (isFull()) changed_.wait(lock);
    blocks_.addBlock(streamId, std::move(block));
  }

  bool isFull() const MILLRACE_REQUIRES(mutex_) {
    return blocks_.bytes() >= maxBytes_ && !stopping_.stop_requested();
  }

  void handOn(Run& run, BlockPtr block) {
    const HandingOn here(run);
    sink_(run.info.streamId, std::move(block));
  }

  void onStarted(int streamId) override {
    tell(&ReceiverListener::onReceiverStarted,
         update(streamId, [](ReceiverInfo& info) { info.active = true; }));
  }
  void onError(int streamId, const ReceiverFailure& failure) override {
    tell(&ReceiverListener::onReceiverError,
         update(streamId, [&](ReceiverInfo& info) { note(info, failure); }));
  }
  void onStopped(int streamId, const ReceiverFailure& reason) override {
    tell(&ReceiverListener::onReceiverStopped, update(streamId, [&](ReceiverInfo& info) {
      info.active = false;
      note(info, reason);
    }));
  }

  template <class F>
  ReceiverInfo update(int streamId, F change) {
    MutexLock lock(mutex_);
    ReceiverInfo& info = runs_.at(streamId).info;
    change(info);
    return info;
  }

  void note(ReceiverInfo& info, const ReceiverFailure& failure) {
    info.lastErrorMessage = failure.message;
    info.lastError = failure.error;
    info.lastErrorTime = clock_->now();
  }

  void tell(void (ReceiverListener::*event)(const ReceiverInfo&), const ReceiverInfo& info) {
    MutexLock lock(listening_);
    if (listener_ != nullptr) (listener_->*event)(info);
  }

  const std::shared_ptr<Clock> clock_;
  const ReceiverOptions options_;
  const std::size_t maxBytes_;
  std::function<void(int, BlockPtr)> sink_;
  std::function<void(std::size_t)> received_;
  Mutex ending_;     // one stop at a time
  Mutex listening_;  // one call of the listener at a time
  ReceiverListener* listener_ MILLRACE_GUARDED_BY(listening_);
  std::stop_source stopping_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  bool started_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::int64_t waits_ MILLRACE_GUARDED_BY(mutex_) = 0;
  ReceivedBlockTracker blocks_ MILLRACE_GUARDED_BY(mutex_);
  std::map<int, Run> runs_ MILLRACE_GUARDED_BY(mutex_);
};

ReceiverTracker::ReceiverTracker(std::shared_ptr<Clock> clock, ReceiverOptions options,
                                 ReceiverListener* listener, std::size_t maxBytes)
    : impl_(std::make_shared<Impl>(std::move(clock), options, listener, maxBytes)) {}
ReceiverTracker::~ReceiverTracker() {
  if (!impl_->isStopping()) impl_->stop(kPatienceOfDestructor);
}

void ReceiverTracker::addReceiver(int streamId, std::unique_ptr<ReceiverBase> receiver, Store store) {
  impl_->addReceiver(streamId, std::move(receiver), std::move(store));
}
void ReceiverTracker::forwardTo(std::function<void(int, BlockPtr)> sink) {
  impl_->forwardTo(std::move(sink));
}
void ReceiverTracker::onReceived(std::function<void(std::size_t)> received) {
  impl_->onReceived(std::move(received));
}

void ReceiverTracker::start() { impl_->start(); }
bool ReceiverTracker::stop(std::chrono::milliseconds patience) { return impl_->stop(patience); }
void ReceiverTracker::allocateBlocksToBatch(std::int64_t batchTime) {
  impl_->allocateBlocksToBatch(batchTime);
}
std::vector<BlockPtr> ReceiverTracker::getBlocksOfBatch(std::int64_t batchTime, int streamId) const {
  return impl_->getBlocksOfBatch(batchTime, streamId);
}
void ReceiverTracker::requestStop() { impl_->requestStop(); }
void ReceiverTracker::setRate(int streamId, std::int64_t rate) { impl_->setRate(streamId, rate); }
void ReceiverTracker::admit(std::int64_t mostRecords) { impl_->admit(mostRecords); }
std::int64_t ReceiverTracker::recordsNotStored() const { return impl_->recordsNotStored(); }
std::int64_t ReceiverTracker::waits() const { return impl_->waits(); }
bool ReceiverTracker::isReceiverThread() const { return impl_->isReceiverThread(); }
std::string ReceiverTracker::runningNow() const { return impl_->runningNow(); }
bool ReceiverTracker::hasUnallocatedBlocks() const { return impl_->hasUnallocatedBlocks(); }
void ReceiverTracker::cleanupOldBlocks(std::int64_t threshold) { impl_->cleanupOldBlocks(threshold); }
std::vector<ReceiverInfo> ReceiverTracker::receivers() const { return impl_->receivers(); }

}  // namespace millrace::core
