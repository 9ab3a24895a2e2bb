#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/crash_guard.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/contexts/recovery/replay.hpp>
#include <millrace/contexts/recovery/run_match.hpp>

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
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

void logChanges(const std::map<std::string, std::string>& before,
                const std::map<std::string, std::string>& now) {
  for (const SettingChange& change : changesOf(before, now))
    logInfo("a setting differs from the run before: the new value counts",
            {{"key", change.key}, {"before", change.before}, {"now", change.now}});
}

}  // namespace

std::optional<Time> Recovery::resume(StreamGraph& graph) {
  const auto versions = store_->versions();
  const LoggedRuns runs = log()->takeEarlier();
  std::optional<RunState> saved;
  if (!versions.empty()) saved = decodeRunState(store_->metadata(versions.back()));
  auto batches = runs.batchesBehind(saved ? std::optional(saved->time) : std::nullopt);
  if (!saved) {
    if (batches.empty() && !runs.diedInBatch()) return std::nullopt;
    saved = begunOnly(runs);
  }
  const ProgramMatch match = this->match(*saved);
  adopt(*saved, match);
  warnOfPlacesLeft(*saved, match);
  Resumed resumed{saved->zeroTime, saved->time, {}};
  if (!versions.empty()) resumed.states = storedStates(match, versions.back());
  next_ = (batches.empty() ? saved->time : batches.back().time) + batchDuration_;
  guardAgainstDeaths(runs, batches);
  readAgain(batches);
  graph.resumeFrom(std::move(resumed));
  logInfo("the program goes on where an earlier run had come to", {{"batch", saved->time.toString()},
                                                                   {"checkpoint", settings_.directory},
                                                                   {"batchesAgain", again_.size()}});
  return next_ - batchDuration_;
}

RunState Recovery::begunOnly(const LoggedRuns& runs) const {
  if (!runs.lastRun())
    throw SparkException("the checkpoint in " + settings_.directory +
                         " has batches, but not the states before them: restore it, or set "
                         "spark.streaming.recovery.startAfresh=true, which moves it aside and begins anew");
  const RunBegin& run = *runs.lastRun();
  return {run.zeroTime, run.batchDuration, run.zeroTime, {}, {}, settings_.settings};
}

std::map<int, KeptState> Recovery::storedStates(const ProgramMatch& match, std::uint64_t version) {
  std::map<int, KeptState> states;
  MutexLock lock(mutex_);
  for (const auto& [savedId, id] : match.runningIds) {
    const SavedOperator& own = operators_.at(id);
    if (own.about.type.empty()) continue;
    states[id] = {own.about.type, std::make_shared<StoredState>(*store_, own.storedAs, version)};
  }
  for (std::string& name : store_->operators(version)) {
    const auto own =
        std::ranges::find_if(operators_, [&](const auto& one) { return one.second.storedAs == name; });
    if (own == operators_.end() || states_.contains(own->first)) stale_.insert(std::move(name));
  }
  return states;
}

void Recovery::readAgain(const std::vector<LoggedBatch>& batches) {
  std::vector<RecoverableOperator> running;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, own] : operators_) running.push_back(own.about);
    for (const InputPtr& source : sources_) {
      const std::string& place = operators_.at(source->info()->id).place;
      if (!place.empty()) source->resumeAt(place);
    }
  }
  if (const auto problems = replay(batches, running, sources_); !problems.empty()) refuse(problems);
  for (const LoggedBatch& batch : batches) again_.push_back(batch.time);
}

void Recovery::guardAgainstDeaths(const LoggedRuns& runs, std::vector<LoggedBatch>& batches) {
  const CrashGuard guard(*files_, settings_.directory, settings_.poison);
  for (LoggedBatch& batch : batches) {
    const bool wasSkipped = batch.isSkipped;
    begin_.deaths[batch.time] = guard.examine(batch, runs.deathsIn(batch.time));
    if (batch.isSkipped && !wasSkipped) log()->skip(batch);
  }
  if (settings_.isContinuous) begin_.deaths[next_] = guard.examineEpoch(next_, runs.deathsIn(next_));
  begin_.oneByOne =
      std::ranges::any_of(begin_.deaths, [](const auto& batch) { return batch.second >= kDeathsBeforeCare; });
}

void Recovery::refuse(const std::vector<std::string>& problems) const {
  throw IllegalArgument(
      "the program cannot go on with the checkpoint in " + settings_.directory + ": " +
      boost::algorithm::join(problems, "; ") +
      " (spark.streaming.recovery.startAfresh=true moves the checkpoint aside and begins anew)");
}

ProgramMatch Recovery::match(const RunState& saved) const MILLRACE_UNCHECKED {
  std::vector<RecoverableOperator> running;
  for (const auto& [id, own] : operators_) running.push_back(own.about);
  ProgramMatch match = matchRun(saved, running, batchDuration_, settings_.dropUnknownState);
  if (!match.problems.empty()) refuse(match.problems);
  const std::string unknown = describeStates(match.unclaimed);
  if (!unknown.empty()) logWarning("states of the checkpoint are dropped", {{"states", unknown}});
  return match;
}

void Recovery::adopt(const RunState& saved, const ProgramMatch& match) {
  logChanges(saved.settings, settings_.settings);
  MutexLock lock(mutex_);
  lastCut_ = saved.time;
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

void Recovery::warnOfPlacesLeft(const RunState& saved, const ProgramMatch& match) const {
  for (const SavedOperator& old : saved.operators) {
    if (old.place.empty()) continue;
    const auto own = match.runningIds.find(old.about.id);
    const bool isRemoved = own == match.runningIds.end();
    if (!isRemoved && std::ranges::any_of(sources_, [&](const InputPtr& source) {
          return source->info()->id == own->second;
        }))
      continue;
    logWarning(isRemoved
                   ? "a source of the checkpoint is not in the program any more: what no batch had is left"
                   : "what an earlier run has logged of a receiver is not read while "
                     "spark.streaming.receiver.writeAheadLog.enable is false",
               {{"source", old.about.describe()}});
  }
}

}  // namespace millrace::core
