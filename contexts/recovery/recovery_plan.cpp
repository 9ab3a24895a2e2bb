#include <millrace/base/error.hpp>
#include <millrace/base/json_text.hpp>
#include <millrace/contexts/recovery/recovery_plan.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>
#include <millrace/dstream/input/replayed_range.hpp>
#include <millrace/io/store/store_check.hpp>

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

namespace {

/// Where a source begins that goes on at a place; empty: that has none in the checkpoint.
std::string beginOf(InputNode& source, const std::string& place) {
  if (!source.canBeReadAgain() && source.isLive())
    return "with what comes: what the run before had received and not completed is lost";
  if (source.polled() == nullptr) return "with what no batch of the checkpoint has read";
  if (place.empty()) return "at its beginning";
  source.resumeAt(place);
  std::vector<std::string> partitions;
  for (const ReplayedRange& range : readRanges(place))
    partitions.push_back("partition " + std::to_string(partitions.size()) + " at " +
                         (range.positions.until.empty() ? "its beginning" : range.positions.until.text()));
  return boost::algorithm::join(partitions, ", ");
}

void planSources(const RunState& saved, const ProgramMatch& match, const StreamGraph& graph,
                 RecoveryPlan& plan) {
  std::map<int, std::string> places;
  for (const SavedOperator& one : saved.operators) {
    const auto running = match.runningIds.find(one.about.id);
    if (running != match.runningIds.end()) places[running->second] = one.place;
  }
  for (const InputPtr& source : graph.inputs()) {
    try {
      plan.sources.push_back({source->inputName(), beginOf(*source, places[source->info()->id])});
    } catch (const Error& error) {
      plan.problems.emplace_back(error.what());
    }
  }
}

std::string arrayOf(const std::vector<std::string>& texts) {
  JsonMembers all;
  for (const std::string& text : texts) all.add(jsonString(text));
  return all.array();
}

}  // namespace

RecoveryPlan planRecovery(const FileSystem& files, const std::string& store, const StreamGraph& graph,
                          const Recovery::Settings& settings) {
  const auto versions = requiredManifest(files, store).manifest.versions;
  if (versions.empty())
    throw SparkException(store + " holds no version: no batch of a run has been completed");
  const RunState saved = decodeRunState(versions.rbegin()->second.metadata);
  const std::vector<RecoverableOperator> operators = recoverableOperators(graph);
  const ProgramMatch match = matchRun(saved, operators, graph.batchDuration(), settings.dropUnknownState);
  RecoveryPlan plan;
  plan.time = saved.time;
  plan.mode = saved.mode;
  std::map<int, std::string> running;
  for (const RecoverableOperator& one : operators) running[one.id] = one.describe();
  for (const SavedOperator& one : saved.operators) {
    const auto found = match.runningIds.find(one.about.id);
    if (found != match.runningIds.end())
      plan.successors.push_back({one.about.describe(), running.at(found->second)});
  }
  for (const RecoverableOperator& one : match.added) plan.added.push_back(one.describe());
  for (const RecoverableOperator& one : match.unclaimed) plan.dropped.push_back(one.describe());
  plan.settings = changesOf(saved.settings, settings.settings);
  plan.problems = match.problems;
  if (!settings.goesOn || settings.startAfresh) {
    plan.problems.emplace_back(
        settings.startAfresh
            ? "spark.streaming.recovery.startAfresh is true: the program moves the checkpoint aside"
            : "the program does not call getOrCreate: it moves the checkpoint aside and begins anew");
  }
  planSources(saved, match, graph, plan);
  return plan;
}

std::string RecoveryPlan::text() const {
  std::string text = std::string(problems.empty() ? "goes on" : "does not go on") + " behind batch " +
                     time.toString() + " of a " + mode + " run\n";
  for (const auto& [before, now] : successors)
    text += "goes on: " + before + (before == now ? "" : " as " + now) + '\n';
  for (const std::string& one : added) text += "begins anew: " + one + '\n';
  for (const std::string& one : dropped) text += "dropped: " + one + '\n';
  for (const auto& [name, begins] : sources) text += "source " + name + ": " + begins + '\n';
  for (const auto& [key, before, now] : settings)
    text += "setting " + key + ": " + before + " before, " + now + " now\n";
  for (const std::string& problem : problems) text += "problem: " + problem + '\n';
  return text;
}

std::string RecoveryPlan::json() const {
  JsonMembers goOn, begin, changed, all;
  for (const auto& [before, now] : successors) {
    JsonMembers one;
    one.add("before", jsonString(before));
    one.add("now", jsonString(now));
    goOn.add(one.object());
  }
  for (const auto& [name, begins] : sources) {
    JsonMembers one;
    one.add("name", jsonString(name));
    one.add("begins", jsonString(begins));
    begin.add(one.object());
  }
  for (const auto& [key, before, now] : settings) {
    JsonMembers one;
    one.add("key", jsonString(key));
    one.add("before", jsonString(before));
    one.add("now", jsonString(now));
    changed.add(one.object());
  }
  all.add("goesOn", problems.empty() ? "true" : "false");
  all.add("time", std::to_string(time.milliseconds()));
  all.add("mode", jsonString(mode));
  all.add("operators", goOn.array());
  all.add("added", arrayOf(added));
  all.add("dropped", arrayOf(dropped));
  all.add("sources", begin.array());
  all.add("settings", changed.array());
  all.add("problems", arrayOf(problems));
  return all.object() + '\n';
}

}  // namespace millrace::core
