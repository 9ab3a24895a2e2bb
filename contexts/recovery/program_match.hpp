#pragma once

#include <map>
#include <string>
#include <vector>

namespace millrace::core {

/// An operator with something to recover: a state, a window, a source. A checkpoint says it of the operators of the run that
/// wrote it, the running program of its own.
struct RecoverableOperator {
  int id = -1;
  std::string kind;
  std::string name;  // empty if the program gave none
  std::string type;  // of what is kept, in words; empty if nothing is kept but positions

  /// `updateStateByKey #4 "visits"`
  std::string describe() const;
};

/// Which operator of a program goes on with what a checkpoint has.
struct ProgramMatch {
  std::map<int, int> runningIds;               // by the id in the checkpoint
  std::vector<RecoverableOperator> unclaimed;  // in the checkpoint only
  std::vector<RecoverableOperator> added;      // in the program only: they start empty
  std::vector<std::string> problems;  // a sentence each; the program cannot go on with this checkpoint
};

/// Matches by name; operators without a name by number and kind. A name that was given since does not part an operator from what
/// it had. An operator whose kind or type is another one is a problem, which says both.
ProgramMatch matchProgram(const std::vector<RecoverableOperator>& saved,
                          const std::vector<RecoverableOperator>& running);

}  // namespace millrace::core
