#pragma once

#include <millrace/base/function_ref.hpp>

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

struct Command {
  std::vector<std::string> words;
  std::map<std::string, std::string> env;
  bool separateWorkingDir = false;

  /// The words with spaces between them, shortened, for errors.
  std::string describe() const;
};

/// Splits a command at spaces.
std::vector<std::string> splitCommand(std::string_view command);

/// A running child with its input, output and error output connected to this thread, which serves all three at once: no
/// amount of either can block the others. Lines of the error output are logged. The destructor ends the child and the
/// processes of its group, if they still run.
class ChildProcess {
 public:
  /// SparkException naming the command if it cannot be run.
  explicit ChildProcess(Command command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Appends more input, or gives false when there is none.
  using Feed = FunctionRef<bool(std::string& input)>;

  /// The child's next line of output, while feeding it as it will take. False at the end, when the child has ended with
  /// status 0; SparkException naming the command if it ended otherwise. A child need not read its input.
  bool readLine(std::string& line, Feed feed);
  /// True if a whole line has come that readLine would give without waiting.
  bool hasLine() const { return read_.find('\n', taken_) != read_.npos; }

 private:
  void start();
  void closeAll();
  bool takeLine(std::string& line);
  void exchange(Feed feed);
  void write(Feed feed);
  void logErrors(bool all);
  void awaitEnd();
  void removeDirectory() noexcept;

  const Command command_;
  std::string directory_;
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1;
  std::string toWrite_;
  std::size_t written_ = 0;
  std::string read_;
  std::size_t taken_ = 0;
  std::string errorText_;
};

}  // namespace millrace::core
