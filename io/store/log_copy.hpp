#pragma once

#include <millrace/base/file_system.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::core {

/// One segment of a block log.
struct LogSegment {
  std::string name;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

// Both read every byte of a block log, as it is at one moment, and change nothing there; the process that owns it may go on writing.
// Nothing where there is no log. DamagedFile, naming file and offset.

/// Its segments, in their order.
std::vector<LogSegment> segmentsOf(const FileSystem& files, const std::string& directory);
/// Copies them, durably, into a directory, in which those of an earlier copy are replaced.
void copyLog(FileSystem& files, const std::string& from, const std::string& to);

}  // namespace millrace::core
