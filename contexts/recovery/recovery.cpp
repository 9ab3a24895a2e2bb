#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/contexts/recovery/run_match.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/io/store/directory_lock.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace millrace::core {

namespace {

/// A state as the store has it at a version.
class StoredState final : public StateDelta {
 public:
  StoredState(const StateStore& store, std::string name, std::uint64_t version)
      : store_(store), name_(std::move(name)), version_(version) {}

  void writeTo(DeltaSink& sink) const override {
    store_.load(name_, version_, [&](std::string_view key, std::string_view value) { sink.put(key, value); });
  }
  std::size_t changes() const override { return 0; }
  bool isWhole() const override { return true; }

 private:
  const StateStore& store_;
  const std::string name_;
  const std::uint64_t version_;
};

/// What replaces a state of which nothing is left.
class EmptyState final : public StateDelta {
 public:
  void writeTo(DeltaSink&) const override {}
  std::size_t changes() const override { return 0; }
  bool isWhole() const override { return true; }
};

std::string storeDirectory(const std::string& directory) { return directory + "/streaming"; }

/// Replaces what was moved aside before, unless all of that is to be kept.
void moveAside(FileSystem& files, const std::string& directory, bool keepsAll) {
  if (!files.exists(directory)) return;
  const DirectoryLock owned(files, directory);
  std::string to = directory + ".old";
  for (int number = 2; keepsAll && files.exists(to); ++number)
    to = directory + ".old-" + std::to_string(number);
  files.remove(to);
  files.rename(directory, to);
  logWarning("an earlier run's checkpoint is moved aside: this run begins anew",
             {{"from", directory}, {"to", to}});
}

void logChanges(const std::map<std::string, std::string>& before,
                const std::map<std::string, std::string>& now) {
  for (const SettingChange& change : changesOf(before, now))
    logInfo("a setting differs from the run before: the new value counts",
            {{"key", change.key}, {"before", change.before}, {"now", change.now}});
}

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
    operators_[info.id] = {{info.id, info.kind, info.name, stream->stateType()}, info.describe(), {}};
    const auto source = std::dynamic_pointer_cast<InputNode>(stream);
    if (source && source->canBeReadAgain()) sources_.push_back(source);
    if (source && source->isLive() && !source->canBeReadAgain()) {
      logWarning(
          "a source cannot be read again: what it has sent and no checkpoint covers is lost when the process "
          "dies",
          {{"source", source->inputName()}});
    }
  }
  const std::string directory = storeDirectory(settings_.directory);
  if (!settings_.goesOn || settings_.startAfresh) moveAside(*files_, directory, settings_.startAfresh);
  store_ = std::make_unique<StateStore>(*files_, directory);
}

std::optional<Time> Recovery::resume(StreamGraph& graph) {
  const auto versions = store_->versions();
  if (versions.empty()) return std::nullopt;
  const RunState saved = decodeRunState(store_->metadata(versions.back()));
  const ProgramMatch match = this->match(saved);
  adopt(saved, match);
  MutexLock lock(mutex_);
  for (const InputPtr& source : sources_) {
    const std::string& place = operators_.at(source->info()->id).place;
    if (!place.empty()) source->resumeAt(place);
  }
  lastCut_ = saved.time;
  Resumed resumed{saved.zeroTime, saved.time, {}};
  for (const auto& [savedId, id] : match.runningIds) {
    const SavedOperator& own = operators_.at(id);
    if (own.about.type.empty()) continue;
    resumed.states[id] = {own.about.type,
                          std::make_shared<StoredState>(*store_, own.storedAs, versions.back())};
  }
  for (std::string& name : store_->operators(versions.back())) {
    const auto own =
        std::ranges::find_if(operators_, [&](const auto& one) { return one.second.storedAs == name; });
    if (own == operators_.end() || states_.contains(own->first)) stale_.insert(std::move(name));
  }
  graph.resumeFrom(std::move(resumed));
  logInfo("the program goes on where an earlier run had come to",
          {{"batch", saved.time.toString()}, {"checkpoint", settings_.directory}});
  return saved.time;
}

ProgramMatch Recovery::match(const RunState& saved) const MILLRACE_UNCHECKED {
  std::vector<RecoverableOperator> running;
  for (const auto& [id, own] : operators_) running.push_back(own.about);
  ProgramMatch match = matchRun(saved, running, batchDuration_, settings_.dropUnknownState);
  if (!match.problems.empty()) {
    throw IllegalArgument(
        "the program cannot go on with the checkpoint in " + settings_.directory + ": " +
        boost::algorithm::join(match.problems, "; ") +
        " (spark.streaming.recovery.startAfresh=true moves the checkpoint aside and begins anew)");
  }
  const std::string unknown = describeStates(match.unclaimed);
  if (!unknown.empty()) logWarning("states of the checkpoint are dropped", {{"states", unknown}});
  return match;
}

void Recovery::adopt(const RunState& saved, const ProgramMatch& match) {
  logChanges(saved.settings, settings_.settings);
  MutexLock lock(mutex_);
  for (const RecoverableOperator& added : match.added) {
    std::string& name = operators_.at(added.id).storedAs;
    while (std::ranges::find(saved.operators, name, &SavedOperator::storedAs) != saved.operators.end())
      name += '\'';
  }
  for (const SavedOperator& old : saved.operators) {
    const auto found = match.runningIds.find(old.about.id);
    if (found == match.runningIds.end()) continue;
    SavedOperator& own = operators_.at(found->second);
    own.storedAs = old.storedAs;
    own.place = old.place;
  }
}

void Recovery::start(Time zeroTime) {
  MutexLock lock(mutex_);
  zeroTime_ = zeroTime;
  lastCut_ = std::max(lastCut_, zeroTime);
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
  for (const InputPtr& source : sources_) places[source->info()->id] = source->placeBehind(time);
  MutexLock lock(mutex_);
  const auto batch = batches_.find(time);
  if (batch != batches_.end()) batch->second.places = std::move(places);
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
  RunState state{zeroTime_, batchDuration_, time, settings_.mode, {}, settings_.settings};
  for (const auto& [id, own] : operators_) state.operators.push_back(own);
  commit.metadata = encodeRunState(state);
  return commit;
}

void Recovery::onCommitted(const CommitResult& result) {
  std::string reason;
  int failures = 0;
  {
    MutexLock lock(mutex_);
    writing_.reset();
    failures_ = result.failure ? failures_ + 1 : 0;
    failures = failures_;
    reports_.onCommitted(result);
    if (!result.failure) store_->keepFrom(result.version);
    commitNext();
  }
  changed_.notifyAll();
  if (!result.failure) return;
  logError("a version of the checkpoint could not be written: its changes go into the next one",
           {{"batch", std::to_string(result.version) + " ms"}, {"error", describeException(result.failure)}});
  if (failures == kMostFailures)
    endRun("no version of the checkpoint in " + settings_.directory + " could be written " +
           std::to_string(kMostFailures) + " times in a row: " + describeException(result.failure));
}

void Recovery::endRun(const std::string& reason) const {
  logError("the run ends", {{"reason", reason}});
  waiter_->notifyError(std::make_exception_ptr(SparkException(reason)));
}

bool Recovery::close(std::chrono::steady_clock::time_point deadline) {
  std::unique_ptr<StateStore> store;
  {
    MutexLock lock(mutex_);
    while ((writing_ || complete_) && changed_.waitUntil(lock, deadline)) continue;
    closed_ = true;
    if (!writing_) store = std::move(store_);
  }
  changed_.notifyAll();
  return store != nullptr;
}

}  // namespace millrace::core
