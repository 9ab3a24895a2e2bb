#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace millrace::test {

/// A run of another program, with its stdin and what it says (stdout and stderr) in the hands of the test. Waits at most
/// 30 s, then throws. Killed with its object if it still runs.
class ChildProcess {
 public:
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments) {
    std::array<int, 2> input, output;
    if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    input_ = input[1];
    output_ = output[0];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, output[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output[1], STDERR_FILENO);
    posix_spawnattr_t attributes;  // signals at their default, whatever this process was started with
    posix_spawnattr_init(&attributes);
    sigset_t defaults, none;
    sigfillset(&defaults);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    int error = posix_spawn(&pid_, program.c_str(), &files, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(input[0]);
    close(output[1]);
    if (error != 0) pid_ = 0;
    if (error != 0) throw std::runtime_error("cannot run " + program);
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(input_);
    close(output_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void write(std::string_view text) {
    if (::write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the program does not read");
  }
  /// Returns once it has said this.
  void awaitText(std::string_view text) {
    while (said_.find(text) == std::string::npos) {
      if (!readSome()) throw std::runtime_error("the program ended; it said: " + said_);
    }
  }
  /// Returns once it has said so many lines.
  void awaitLines(std::size_t count) {
    while (static_cast<std::size_t>(std::ranges::count(said_, '\n')) < count) {
      if (!readSome()) throw std::runtime_error("the program ended; it said: " + said_);
    }
  }
  void send(int signal) const { kill(pid_, signal); }
  /// Waits for its end: the exit code, or minus the signal that ended it.
  int end() {
    while (readSome()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// All that it has said so far.
  const std::string& said() const { return said_; }
  bool hasSaid(std::string_view text) const { return said_.find(text) != std::string::npos; }

 private:
  bool readSome() {
    pollfd ready{output_, POLLIN, 0};
    if (poll(&ready, 1, 30'000) <= 0)
      throw std::runtime_error("30 s have passed; the program said: " + said_);
    std::array<char, 4096> buffer;
    ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count > 0) said_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;
  std::string said_;
};

}  // namespace millrace::test
