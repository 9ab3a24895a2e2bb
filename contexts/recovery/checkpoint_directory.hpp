#pragma once

#include <millrace/base/file_system.hpp>

#include <string>

namespace millrace::core {

/// Where in the directory of a program's checkpoint its parts lie. The logs lie in the directory of the states, so that all are
/// moved at once.
inline std::string statesDirectory(const std::string& checkpoint) { return checkpoint + "/streaming"; }
inline std::string batchesDirectory(const std::string& checkpoint) {
  return statesDirectory(checkpoint) + "/batches";
}
inline std::string receiverLogsDirectory(const std::string& checkpoint) {
  return statesDirectory(checkpoint) + "/receivedData";
}
inline std::string quarantineDirectory(const std::string& checkpoint) { return checkpoint + "/quarantine"; }

/// Moves aside what an earlier run has left, to a name that ends with ".old". What was moved aside before is replaced, unless all
/// of that is to be kept. SparkException naming the owner if a process has it.
void moveAside(FileSystem& files, const std::string& checkpoint, bool keepsAll);

}  // namespace millrace::core
