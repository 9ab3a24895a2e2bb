#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/write_signals.hpp>
#include <millrace/rdd/core/run/child_process.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

extern char** environ;

namespace millrace::core {

namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr int kLookAgainMs = 20;

[[noreturn]] void fail(const Command& command, const std::string& what, int error) {
  throw SparkException("the command '" + command.describe() + "' " + what + ": " + std::strerror(error));
}

void closeEnd(int& end) {
  if (end >= 0) ::close(end);
  end = -1;
}

struct Pipe {
  explicit Pipe(const Command& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail(command, "gets no pipe", errno);
    from = ends[0];
    to = ends[1];
  }
  ~Pipe() {
    closeEnd(from);
    closeEnd(to);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int from, to;
};

struct SpawnSetting {
  SpawnSetting() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSetting() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSetting(const SpawnSetting&) = delete;
  SpawnSetting& operator=(const SpawnSetting&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

/// The signals that a program expects to find as they are by default, whatever this process does with them.
void resetSignals(posix_spawnattr_t& attributes) {
  sigset_t none, reset;
  ::sigemptyset(&none);
  ::sigemptyset(&reset);
  for (int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&reset, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &reset);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

std::vector<std::string> environmentWith(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Appends what is there; closes the end when no more will come.
void readSome(int& end, std::string& to) {
  const std::size_t size = to.size();
  to.resize(size + kReadBytes);
  ssize_t count;
  do {
    count = ::read(end, to.data() + size, kReadBytes);
  } while (count < 0 && errno == EINTR);
  to.resize(size + static_cast<std::size_t>(count > 0 ? count : 0));
  if (count == 0 || (count < 0 && errno != EAGAIN)) closeEnd(end);
}

}  // namespace

std::string Command::describe() const {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return shorten(all, 200);
}

std::vector<std::string> splitCommand(std::string_view command) {
  std::vector<std::string> words;
  while (true) {
    const auto begin = command.find_first_not_of(" \t\n\r");
    if (begin == command.npos) return words;
    command.remove_prefix(begin);
    const auto end = std::min(command.find_first_of(" \t\n\r"), command.size());
    words.emplace_back(command.substr(0, end));
    command.remove_prefix(end);
  }
}

ChildProcess::ChildProcess(Command command) : command_(std::move(command)) {
  try {
    start();
  } catch (...) {
    removeDirectory();
    throw;
  }
}

ChildProcess::~ChildProcess() {
  closeAll();
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  removeDirectory();
}

void ChildProcess::start() {
  if (command_.separateWorkingDir) {
    std::string path = (std::filesystem::temp_directory_path() / "millrace-pipe-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) fail(command_, "gets no working directory " + path, errno);
    directory_ = path;
  }
  Pipe input(command_), output(command_), errors(command_);
  SpawnSetting setting;
  ::posix_spawn_file_actions_adddup2(&setting.actions, input.from, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&setting.actions, output.to, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&setting.actions, errors.to, STDERR_FILENO);
  if (!directory_.empty()) ::posix_spawn_file_actions_addchdir_np(&setting.actions, directory_.c_str());
  resetSignals(setting.attributes);

  auto words = command_.words;
  auto environment = environmentWith(command_.env);
  auto arguments = pointersTo(words), variables = pointersTo(environment);
  const int error = ::posix_spawnp(&pid_, arguments[0], &setting.actions, &setting.attributes,
                                   arguments.data(), variables.data());
  if (error != 0) {
    pid_ = -1;
    fail(command_, "cannot be run", error);
  }
  input_ = std::exchange(input.to, -1);
  output_ = std::exchange(output.from, -1);
  errors_ = std::exchange(errors.from, -1);
  for (int end : {input_, output_, errors_}) ::fcntl(end, F_SETFL, ::fcntl(end, F_GETFL) | O_NONBLOCK);
}

void ChildProcess::closeAll() {
  closeEnd(input_);
  closeEnd(output_);
  closeEnd(errors_);
}

bool ChildProcess::readLine(std::string& line, Feed feed) {
  while (!takeLine(line)) {
    if (output_ < 0) {
      if (pid_ > 0) awaitEnd();
      return false;
    }
    exchange(feed);
  }
  return true;
}

bool ChildProcess::takeLine(std::string& line) {
  auto end = read_.find('\n', taken_);
  const bool isLast = end == read_.npos;
  if (isLast) {
    if (output_ >= 0 || taken_ == read_.size()) return false;
    end = read_.size();
  }
  line.assign(read_, taken_, end - taken_);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  taken_ = isLast ? end : end + 1;
  return true;
}

void ChildProcess::exchange(Feed feed) {
  std::array<pollfd, 3> ends{{{output_, POLLIN, 0}, {errors_, POLLIN, 0}, {input_, POLLOUT, 0}}};
  while (::poll(ends.data(), ends.size(), -1) < 0) {
    if (errno != EINTR) fail(command_, "cannot be waited for", errno);
  }
  if (ends[0].revents != 0) {
    read_.erase(0, std::exchange(taken_, 0));
    readSome(output_, read_);
  }
  if (ends[1].revents != 0) {
    readSome(errors_, errorText_);
    logErrors(errors_ < 0);
  }
  if (ends[2].revents != 0) write(feed);
}

void ChildProcess::write(Feed feed) {
  if (written_ == toWrite_.size()) {
    toWrite_.clear();
    written_ = 0;
    if (!feed(toWrite_) && toWrite_.empty()) return closeEnd(input_);
  }
  const WithoutWriteSignals held;
  const ssize_t count = ::write(input_, toWrite_.data() + written_, toWrite_.size() - written_);
  if (count >= 0) {
    written_ += static_cast<std::size_t>(count);
  } else if (errno != EAGAIN && errno != EINTR) {
    closeEnd(input_);
  }
}

void ChildProcess::logErrors(bool all) {
  std::size_t begin = 0;
  for (auto end = errorText_.find('\n'); end != errorText_.npos; end = errorText_.find('\n', begin)) {
    logWarning("a child process says",
               {{"command", command_.describe()}, {"line", errorText_.substr(begin, end - begin)}});
    begin = end + 1;
  }
  if (all && begin < errorText_.size()) {
    logWarning("a child process says",
               {{"command", command_.describe()}, {"line", errorText_.substr(begin)}});
    begin = errorText_.size();
  }
  errorText_.erase(0, begin);
}

void ChildProcess::awaitEnd() {
  closeEnd(input_);
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(pid_, &status, errors_ < 0 ? 0 : WNOHANG);
    if (ended < 0 && errno != EINTR) fail(command_, "cannot be waited for", errno);
    if (errors_ >= 0) {
      pollfd end{errors_, POLLIN, 0};
      if (::poll(&end, 1, ended > 0 ? 0 : kLookAgainMs) > 0) readSome(errors_, errorText_);
      logErrors(ended > 0 || errors_ < 0);
    }
    if (ended > 0) break;
  }
  pid_ = -1;
  if (WIFSIGNALED(status))
    throw SparkException("the command '" + command_.describe() + "' was ended by signal " +
                         std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    throw SparkException("the command '" + command_.describe() + "' ended with status " +
                         std::to_string(WEXITSTATUS(status)));
}

void ChildProcess::removeDirectory() noexcept {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

}  // namespace millrace::core
