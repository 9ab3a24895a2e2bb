#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/checkpoint_directory.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/contexts/recovery/run_match.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace millrace::core {

namespace {

/// What replaces a state of which nothing is left.
class EmptyState final : public StateDelta {
 public:
  void writeTo(DeltaSink&) const override {}
  std::size_t changes() const override { return 0; }
  bool isWhole() const override { return true; }
};

}  // namespace

Recovery::Recovery(std::shared_ptr<FileSystem> files, const StreamGraph& graph,
                   std::shared_ptr<ContextWaiter> waiter, VersionReports reports, Settings settings)
    : files_(std::move(files)),
      waiter_(std::move(waiter)),
      settings_(std::move(settings)),
      batchDuration_(graph.batchDuration()),
      reports_(std::move(reports)) {
  for (const StreamPtr& stream : graph.reachable()) {
    const OperatorInfo& info = *stream->info();
    const bool isSource = stream->parents().empty();
    if (!stream->keepsState() && !isSource) continue;
    if (stream->keepsState()) states_.insert(info.id);
    operators_[info.id] = {recoverable(*stream), info.describe(), {}};
    const auto source = std::dynamic_pointer_cast<InputNode>(stream);
    if (source && source->canBeReadAgain()) sources_.push_back(source);
    if (source && source->isLive() && !source->canBeReadAgain()) {
      logWarning(
          "a source cannot be read again: what it has sent and no checkpoint covers is lost when the process "
          "dies; what receivers store is kept with spark.streaming.receiver.writeAheadLog.enable=true",
          {{"source", source->inputName()}});
    }
  }
  if (!settings_.goesOn || settings_.startAfresh)
    moveAside(*files_, settings_.directory, settings_.startAfresh);
  store_ = std::make_unique<StateStore>(*files_, statesDirectory(settings_.directory));
  log_ = std::make_shared<BatchLog>(*files_, batchesDirectory(settings_.directory));
}

std::shared_ptr<BatchLog> Recovery::log() {
  MutexLock lock(mutex_);
  if (!log_) throw IllegalState("the run was stopped: it logs no further batch");
  return log_;
}

Time Recovery::goneOnBehind() {
  MutexLock lock(mutex_);
  return lastCut_;
}

void Recovery::start(Time zeroTime) {
  {
    MutexLock lock(mutex_);
    zeroTime_ = zeroTime;
    lastCut_ = std::max(lastCut_, zeroTime);
  }
  begin_.zeroTime = zeroTime;
  begin_.batchDuration = batchDuration_;
  if (settings_.isContinuous && begin_.deaths.empty()) begin_.deaths[zeroTime + batchDuration_] = 0;
  log()->beginRun(begin_);
}

void Recovery::runAgain(BatchGenerator& generator, const std::stop_token& stop) {
  for (Time time : again_) {
    if (begin_.oneByOne) log()->beginBatch(time);
    generator.makeAgain(time, begin_.oneByOne, stop);
    if (stop.stop_requested()) throw IllegalState("start() was ended by stop()");
  }
  if (begin_.oneByOne && settings_.isContinuous) log()->beginBatch(next_);
}

void Recovery::cutAll() {
  MutexLock lock(mutex_);
  cutsAll_ = true;
}

bool Recovery::wants(Time time) {
  MutexLock lock(mutex_);
  return batches_.contains(time);
}

void Recovery::take(Time time, std::vector<StatePart> parts) {
  MutexLock lock(mutex_);
  while (batches_.size() > kMostUnwritten && writing_ && !progress_.failed() && !closed_) changed_.wait(lock);
  const auto batch = batches_.find(time);
  if (batch == batches_.end()) return;  // an earlier one has failed
  auto& kept = batch->second.parts;
  kept.insert(kept.end(), std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end()));
}

void Recovery::onBegin(Time time) {
  MutexLock lock(mutex_);
  progress_.begin(time);
  if (!cutsAll_ && time - lastCut_ < batchDuration_ * settings_.cutEvery) return;
  lastCut_ = time;
  batches_[time];
}

void Recovery::onMade(Time time) {
  std::map<int, std::string> places;
  LoggedBatch batch;
  batch.time = time;
  if (settings_.isContinuous) batch.next = time + batchDuration_;
  for (const InputPtr& source : sources_) {
    places[source->info()->id] = source->placeBehind(time);
    for (BatchInput& input : source->takeInputs(time))
      batch.inputs.push_back(
          {recoverable(*source), input.time, std::move(input.bytes), std::move(input.description)});
  }
  {
    MutexLock lock(mutex_);
    const auto kept = batches_.find(time);
    if (kept != batches_.end()) kept->second.places = std::move(places);
    batch.oldestRunning = progress_.oldestRunning();
  }
  log()->append(std::move(batch));
}

void Recovery::onEnd(Time time, bool succeeded) {
  std::optional<Time> failed;
  std::size_t incomplete = 0;
  {
    MutexLock lock(mutex_);
    progress_.end(time, succeeded);
    reports_.onEnd(time);
    if (const auto newest = progress_.advance()) {
      const auto behind = batches_.upper_bound(*newest);
      if (behind != batches_.begin()) complete_ = std::prev(behind)->first;
    }
    commitNext();
    failed = progress_.failed();
    incomplete = progress_.incomplete();
    if (failed) batches_.erase(batches_.lower_bound(*failed), batches_.end());
  }
  if (failed && incomplete > settings_.maxUncommitted) {
    endRun("batch " + failed->toString() + " failed, and " + std::to_string(incomplete - 1) +
           " later ones cannot be committed: a later run begins with the one that failed");
  }
}

void Recovery::commitNext() {
  if (writing_ || !complete_ || closed_) return;
  writing_ = endOfNextVersion();
  if (writing_ == complete_) complete_.reset();
  store_->commit(nextCommit(*writing_), [this](const CommitResult& result) { onCommitted(result); });
}

Time Recovery::endOfNextVersion() const {
  if (!stale_.empty()) return batches_.begin()->first;
  const auto end = batches_.upper_bound(*complete_);
  const auto whole = std::find_if(batches_.begin(), end, [](const auto& batch) {
    return std::ranges::any_of(batch.second.parts,
                               [](const StatePart& part) { return part.delta->isWhole(); });
  });
  if (whole == end) return *complete_;
  return whole == batches_.begin() ? whole->first : std::prev(whole)->first;
}

StateCommit Recovery::nextCommit(Time time) {
  StateCommit commit;
  commit.version = static_cast<std::uint64_t>(time.milliseconds());
  const auto end = batches_.upper_bound(time);
  for (auto batch = batches_.begin(); batch != end; ++batch) {
    for (StatePart& part : batch->second.parts)
      commit.deltas.push_back(
          {operators_.at(part.state->id).storedAs, part.partition, std::move(part.delta)});
    for (auto& [id, place] : batch->second.places) operators_.at(id).place = std::move(place);
  }
  batches_.erase(batches_.begin(), end);
  for (const OperatorDelta& one : commit.deltas) stale_.erase(one.operatorName);
  for (const std::string& name : stale_) commit.deltas.push_back({name, 0, std::make_shared<EmptyState>()});
  stale_.clear();
  const std::string mode = settings_.isContinuous ? "continuous" : "micro-batch";
  RunState state{zeroTime_, batchDuration_, time, mode, {}, settings_.settings};
  for (const auto& [id, own] : operators_) state.operators.push_back(own);
  commit.metadata = encodeRunState(state);
  return commit;
}

void Recovery::onCommitted(const CommitResult& result) {
  if (!result.failure) cleanLog(Time(static_cast<std::int64_t>(result.version)));
  std::vector<std::string> places;  // of the sources
  int failures = 0;
  {
    MutexLock lock(mutex_);
    for (const InputPtr& source : sources_) places.push_back(operators_.at(source->info()->id).place);
    writing_.reset();
    failures_ = result.failure ? failures_ + 1 : 0;
    failures = failures_;
    reports_.onCommitted(result);
    if (!result.failure) store_->keepFrom(result.version);
    commitNext();
  }
  changed_.notifyAll();
  if (!result.failure) {
    for (std::size_t i = 0; i < sources_.size(); ++i) sources_[i]->committed(places[i]);
    return;
  }
  logError("a version of the checkpoint could not be written: its changes go into the next one",
           {{"batch", std::to_string(result.version) + " ms"}, {"error", describeException(result.failure)}});
  if (failures == kMostFailures)
    endRun("no version of the checkpoint in " + settings_.directory + " could be written " +
           std::to_string(kMostFailures) + " times in a row: " + describeException(result.failure));
}

/// Up to the version before: should the record of this one be damaged, a later run begins with that. What cannot be removed now
/// will be with the next version.
void Recovery::cleanLog(Time committed) {
  std::shared_ptr<BatchLog> log;
  std::optional<Time> before;
  {
    MutexLock lock(mutex_);
    log = log_;
    before = std::exchange(committed_, committed);
  }
  try {
    if (log && before) log->cleanTo(*before);
  } catch (const Error& error) {
    logWarning("the log of batches could not be cleaned", {{"error", error.what()}});
  }
}

void Recovery::endRun(const std::string& reason) const {
  logError("the run ends", {{"reason", reason}});
  waiter_->notifyError(std::make_exception_ptr(SparkException(reason)));
}

bool Recovery::close(std::chrono::steady_clock::time_point deadline) {
  std::unique_ptr<StateStore> store;
  std::shared_ptr<BatchLog> log;
  {
    MutexLock lock(mutex_);
    while ((writing_ || complete_) && changed_.waitUntil(lock, deadline)) continue;
    closed_ = true;
    log = std::exchange(log_, nullptr);
    if (!writing_) store = std::move(store_);
  }
  changed_.notifyAll();
  if (log) endLog(*log);
  return store != nullptr;
}

void Recovery::endLog(BatchLog& log) {
  try {
    log.endRun();
  } catch (const Error& error) {
    logWarning("the log of batches does not say that the run was stopped", {{"error", error.what()}});
  }
}

}  // namespace millrace::core
