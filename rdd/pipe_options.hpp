#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace millrace {

/// Writes one line to a child process.
using LineWriter = std::function<void(std::string_view line)>;

/// How RDD<T>::pipe runs its child processes.
template <class T>
struct PipeOptions {
  /// Set in the child's environment besides those of this process.
  std::map<std::string, std::string> env = {};
  /// Writes lines before the first record.
  std::function<void(const LineWriter&)> printPipeContext = {};
  /// Writes the lines of a record, instead of the record as print shows it.
  std::function<void(const T&, const LineWriter&)> printRDDElement = {};
  /// Each child gets an empty directory of its own as its working directory, which is removed when it has ended.
  bool separateWorkingDir = false;
  /// Bytes gathered before they are written to the child.
  std::size_t bufferSize = 8192;
};

}  // namespace millrace
