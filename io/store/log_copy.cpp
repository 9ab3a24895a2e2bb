#include <millrace/base/error.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/io/store/block_log.hpp>
#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/framed_file.hpp>
#include <millrace/io/store/log_copy.hpp>

#include <map>

namespace millrace::core {

namespace {

using OnSegment = FunctionRef<void(const std::string& name, FrameReader& frames)>;

/// In the order in which they were made. A segment that is missing may have been removed by the owner meanwhile: then all are
/// visited again.
void visitSegments(const FileSystem& files, const std::string& directory, OnSegment visit) {
  constexpr int kAttempts = 20;
  if (!files.exists(directory)) return;
  for (int attempt = 1;; ++attempt) {
    try {
      std::map<FileId, std::string> names;
      for (const std::string& name : files.list(directory)) {
        const auto parsed = parseFileName(name);
        if (parsed && parsed->kind == "log" && !parsed->isDraft) names[parsed->id] = name;
      }
      for (const auto& [id, name] : names) {
        const std::string path = directory + "/" + name;
        FrameReader frames(files.openForReading(path), path, kLogSegment);
        visit(name, frames);
      }
      return;
    } catch (const DamagedFile&) {
      throw;
    } catch (const SparkException&) {
      if (attempt == kAttempts) throw;
    }
  }
}

}  // namespace

std::vector<LogSegment> segmentsOf(const FileSystem& files, const std::string& directory) {
  std::map<std::string, LogSegment> segments;
  visitSegments(files, directory, [&](const std::string& name, FrameReader& frames) {
    LogSegment segment{name};
    while (const auto payload = frames.next()) {
      ++segment.records;
      segment.bytes += payload->size();
    }
    segments[name] = segment;
  });
  std::vector<LogSegment> all;
  for (auto& [name, segment] : segments) all.push_back(std::move(segment));
  return all;
}

void copyLog(FileSystem& files, const std::string& from, const std::string& to) {
  visitSegments(files, from, [&](const std::string& name, FrameReader& frames) {
    files.createDirectories(to);
    NewFile file(files, to + "/" + name, kLogSegment);
    while (const auto payload = frames.next()) file.frames().append(*payload);
    file.keep();
  });
}

}  // namespace millrace::core
