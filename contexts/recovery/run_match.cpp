#include <millrace/contexts/recovery/run_match.hpp>
#include <millrace/dstream/core/stream_node.hpp>

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

RecoverableOperator recoverable(const StreamNode& stream) {
  const OperatorInfo& info = *stream.info();
  return {info.id, info.kind, info.name, stream.stateType()};
}

std::vector<RecoverableOperator> recoverableOperators(const StreamGraph& graph) {
  std::vector<RecoverableOperator> found;
  for (const StreamPtr& stream : graph.reachable()) {
    if (stream->keepsState() || stream->parents().empty()) found.push_back(recoverable(*stream));
  }
  std::ranges::sort(found, {}, &RecoverableOperator::id);
  return found;
}

ProgramMatch matchRun(const RunState& saved, const std::vector<RecoverableOperator>& running,
                      Duration batchDuration, bool dropUnknownState) {
  std::vector<RecoverableOperator> before;
  for (const SavedOperator& one : saved.operators) before.push_back(one.about);
  ProgramMatch match = matchProgram(before, running);
  if (saved.batchDuration != batchDuration) {
    match.problems.push_back("its batch interval is " + batchDuration.toString() + ", the checkpoint has " +
                             saved.batchDuration.toString());
  }
  const std::string unknown = describeStates(match.unclaimed);
  if (!unknown.empty() && !dropUnknownState) {
    match.problems.push_back(
        "the checkpoint has states with which no operator of the program goes on: " + unknown +
        "; give their successors these names, or set spark.streaming.recovery.dropUnknownState=true");
  }
  return match;
}

std::string describeStates(const std::vector<RecoverableOperator>& operators) {
  std::vector<std::string> all;
  for (const RecoverableOperator& one : operators) {
    if (!one.type.empty()) all.push_back(one.describe());
  }
  return boost::algorithm::join(all, ", ");
}

std::vector<SettingChange> changesOf(const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& now) {
  const auto valueIn = [](const auto& settings, const std::string& key) {
    const auto found = settings.find(key);
    return found == settings.end() ? "unset" : found->second;
  };
  std::map<std::string, std::string> all = before;
  all.insert(now.begin(), now.end());
  std::vector<SettingChange> changes;
  for (const auto& [key, value] : all) {
    std::string old = valueIn(before, key), own = valueIn(now, key);
    if (old != own) changes.push_back({key, std::move(old), std::move(own)});
  }
  return changes;
}

}  // namespace millrace::core
