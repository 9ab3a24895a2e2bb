#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <optional>
#include <string>

namespace millrace::core {

/// Asks a program for its plan, in the environment: `millrace-checkpoint plan` starts it so. Its context then writes the plan
/// where it is asked to instead of starting, and ends the process at once, so that nothing of the program runs on, whatever it
/// does with exceptions.
struct PlanRequest {
  static constexpr const char* kVariable = "MILLRACE_CHECKPOINT_PLAN";

  bool asJson = false;
  int output = -1;    // a file descriptor
  std::string store;  // the directory of the checkpoint's files

  /// What the environment asks for: nothing in a usual run. IllegalArgument for a text that is no request.
  static std::optional<PlanRequest> given();
  /// As the value of the variable.
  std::string asText() const;

  /// Writes the plan of a program whose graph was not started: a line that says `0` if it goes on and `1` if it does not, and
  /// what the user is to see. Then it ends the process with that number.
  [[noreturn]] void answer(const FileSystem& files, const StreamGraph& graph,
                           const Recovery::Settings& settings) const;
};

}  // namespace millrace::core
