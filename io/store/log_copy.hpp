#pragma once

#include <millrace/base/file_system.hpp>

#include <map>
#include <string>
#include <vector>

namespace millrace::core {

/// The records of a block log: by segment, in their order.
using LogRecords = std::map<std::string, std::vector<std::string>>;

/// Reads every byte of a block log, as it is at one moment, and changes nothing; the process that owns the log may go on writing.
/// Nothing where there is no log. DamagedFile, naming file and offset.
LogRecords readLog(const FileSystem& files, const std::string& directory);
/// Writes them, durably, as a log in a directory that has none.
void writeLog(FileSystem& files, const std::string& directory, const LogRecords& records);

}  // namespace millrace::core
