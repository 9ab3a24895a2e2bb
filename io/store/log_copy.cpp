#include <millrace/base/error.hpp>
#include <millrace/io/store/block_log.hpp>
#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/framed_file.hpp>
#include <millrace/io/store/log_copy.hpp>

namespace millrace::core {

namespace {

constexpr int kLogAttempts = 20;

std::vector<std::string> readSegment(const FileSystem& files, const std::string& path) {
  FrameReader frames(files.openForReading(path), path, kLogSegment);
  std::vector<std::string> records;
  while (const auto payload = frames.next()) records.emplace_back(*payload);
  return records;
}

LogRecords readSegments(const FileSystem& files, const std::string& directory) {
  LogRecords records;
  for (const std::string& name : files.list(directory)) {
    const auto parsed = parseFileName(name);
    if (parsed && parsed->kind == "log" && !parsed->isDraft)
      records[name] = readSegment(files, directory + "/" + name);
  }
  return records;
}

}  // namespace

/// A segment that is missing may have been removed by the owner meanwhile.
LogRecords readLog(const FileSystem& files, const std::string& directory) {
  if (!files.exists(directory)) return {};
  for (int attempt = 1;; ++attempt) {
    try {
      return readSegments(files, directory);
    } catch (const DamagedFile&) {
      throw;
    } catch (const SparkException&) {
      if (attempt == kLogAttempts) throw;
    }
  }
}

void writeLog(FileSystem& files, const std::string& directory, const LogRecords& records) {
  files.createDirectories(directory);
  for (const auto& [name, payloads] : records) {
    NewFile file(files, directory + "/" + name, kLogSegment);
    for (const std::string& payload : payloads) file.frames().append(payload);
    file.keep();
  }
}

}  // namespace millrace::core
