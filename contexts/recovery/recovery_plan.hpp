#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/contexts/recovery/run_match.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/time.hpp>

#include <string>
#include <vector>

namespace millrace::core {

/// What a program would do with a checkpoint if it were started.
struct RecoveryPlan {
  struct Successor {
    std::string before;  // an operator of the checkpoint
    std::string now;     // the operator of the program that goes on with it
  };
  struct Source {
    std::string name;
    std::string begins;  // where, in words
  };

  Time time{0};      // of the batch or epoch behind which it would go on
  std::string mode;  // of the run that has come there
  std::vector<Successor> successors;
  std::vector<std::string> added;    // operators that would begin empty
  std::vector<std::string> dropped;  // operators of the checkpoint with which none goes on
  std::vector<Source> sources;
  std::vector<SettingChange> settings;
  std::vector<std::string> problems;  // a sentence each; with one it would not start, or not go on

  std::string text() const;
  std::string json() const;
};

/// Compares the program of a graph that was not started with the newest version in the directory of a store. Nothing is
/// written. The graph is of no use afterwards. SparkException if there is no version, DamagedFile.
RecoveryPlan planRecovery(const FileSystem& files, const std::string& store, const StreamGraph& graph,
                          const Recovery::Settings& settings);

}  // namespace millrace::core
