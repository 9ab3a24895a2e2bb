#pragma once

#include <millrace/contexts/recovery/program_match.hpp>
#include <millrace/dstream/core/time.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// An operator of the run that wrote a checkpoint.
struct SavedOperator {
  RecoverableOperator about;
  std::string storedAs;  // the name of its state in the store
  std::string place;     // of a source: where it goes on
};

/// How far a run had come when it wrote a version of its checkpoint. The states themselves lie beside it.
struct RunState {
  Time zeroTime{0};
  Duration batchDuration{0};
  Time time{0};  // of the newest batch or epoch of which all is in the checkpoint
  std::string mode;
  std::vector<SavedOperator> operators;
  std::map<std::string, std::string> settings;  // without secrets
};

/// As bytes, and back. BadRecord for other bytes.
std::string encodeRunState(const RunState& state);
RunState decodeRunState(std::string_view bytes);

}  // namespace millrace::core
