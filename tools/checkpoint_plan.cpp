#include "checkpoint_plan.hpp"

#include <millrace/base/error.hpp>
#include <millrace/contexts/recovery/plan_request.hpp>
#include <millrace/io/store/store_check.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string_view>

namespace {

/// A program that is asked for its plan.
class AskedProgram {
 public:
  AskedProgram(const std::vector<std::string>& command, const std::string& store, bool asJson) {
    std::array<int, 2> pipe;
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("there is no pipe left");
    ::fcntl(pipe[1], F_SETFD, 0);
    answer_ = pipe[0];
    const millrace::core::PlanRequest request{asJson, pipe[1], std::filesystem::absolute(store).string()};
    ::setenv(millrace::core::PlanRequest::kVariable, request.asText().c_str(), 1);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const int error = ::posix_spawnp(&process_, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    ::close(pipe[1]);
    if (error != 0) throw BadUsage("cannot start " + command[0] + ": " + std::strerror(error));
  }
  AskedProgram(const AskedProgram&) = delete;
  AskedProgram& operator=(const AskedProgram&) = delete;
  ~AskedProgram() { ::close(answer_); }

  /// All that it answers; empty if it ended without an answer.
  std::string answer() {
    std::string text;
    std::array<char, 4096> room;
    for (ssize_t size; (size = ::read(answer_, room.data(), room.size())) > 0;)
      text.append(room.data(), static_cast<std::size_t>(size));
    return text;
  }
  /// How it ended, in words.
  std::string end() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
    return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  }

 private:
  int answer_ = -1;
  pid_t process_ = 0;
};

}  // namespace

int plan(const millrace::FileSystem& files, const std::string& store, const std::vector<std::string>& program,
         bool asJson) {
  millrace::core::requiredManifest(files, store);
  AskedProgram asked(program, store, asJson);
  const std::string answer = asked.answer();
  const std::string end = asked.end();
  const std::size_t line = answer.find('\n');
  if (line == answer.npos)
    throw BadUsage(program[0] + " " + end + " before it started a StreamingContext: it has no plan");
  std::cout << std::string_view(answer).substr(line + 1);
  return answer.starts_with("0") ? 0 : 1;
}
