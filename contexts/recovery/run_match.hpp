#pragma once

#include <millrace/contexts/recovery/program_match.hpp>
#include <millrace/contexts/recovery/run_state.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/time.hpp>

#include <map>
#include <string>
#include <vector>

namespace millrace::core {

RecoverableOperator recoverable(const StreamNode& stream);
/// The operators of a program that have something to recover, in the order of their numbers.
std::vector<RecoverableOperator> recoverableOperators(const StreamGraph& graph);

/// matchProgram for the run that wrote a checkpoint and the one that is to go on; problems are also another batch interval, and
/// states with which nothing goes on, unless those may be dropped.
ProgramMatch matchRun(const RunState& saved, const std::vector<RecoverableOperator>& running,
                      Duration batchDuration, bool dropUnknownState);

/// Those that keep a state, as a list; empty if none does.
std::string describeStates(const std::vector<RecoverableOperator>& operators);

struct SettingChange {
  std::string key;
  std::string before;  // or "unset"
  std::string now;
};
std::vector<SettingChange> changesOf(const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& now);

}  // namespace millrace::core
