#include <millrace/base/error.hpp>
#include <millrace/base/file_stream.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/path.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/store/text_output.hpp>

#include <filesystem>
#include <memory>
#include <random>
#include <utility>

namespace millrace::core {

namespace {

constexpr const char* kSuccess = "/_SUCCESS";

// A name that no other run has, beside `path`.
std::string hiddenNeighbour(const std::string& path) {
  std::random_device random;
  const std::filesystem::path place(path);
  const auto name =
      "." + place.filename().string() + "." + std::to_string(random()) + std::to_string(random());
  return (place.parent_path() / name).string();
}

// A directory in the making; what is not put in its place is removed.
class Draft {
 public:
  Draft(FileSystem& files, const std::string& path) : files_(files), path_(hiddenNeighbour(path)) {
    files_.createDirectories(path_);
  }
  ~Draft() {
    if (path_.empty()) return;
    try {
      files_.remove(path_);
    } catch (...) {
      // The caller has to know what failed before.
    }
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  std::unique_ptr<WritableFile> create(const std::string& name) {
    return files_.openForWriting(path_ + name);
  }

  // The rename makes the names of the parts durable, too.
  void complete() {
    const std::string unnamed = path_ + "/._SUCCESS";
    files_.openForWriting(unnamed)->close();
    files_.rename(unnamed, path_ + kSuccess);
  }
  void moveTo(const std::string& path) {
    files_.rename(path_, path);
    path_.clear();
  }

 private:
  FileSystem& files_;
  std::string path_;
};

}  // namespace

std::string partName(int partition) {
  const std::string number = std::to_string(partition);
  return "/part-" + std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number;
}

void saveParts(Node& node, std::string_view kind, const std::string& path, IfExists ifExists,
               WritePartFn writePart) {
  FileSystem& files = node.engine().files();
  std::string place = localPath(path);
  place.resize(place.find_last_not_of('/') + 1);
  if (place.empty()) throw IllegalArgument("\"" + path + "\" is no output directory: give it a name");
  if (ifExists == IfExists::kFail && files.exists(place))
    throw IllegalArgument("Output directory " + place + " already exists: remove it or give another name");

  const auto info = std::make_shared<const OperatorInfo>(OperatorInfo{std::string(kind), -1, place});
  Draft draft(files, place);
  node.engine().runJob(node, [&](int partition, ReaderPtr records) {
    inOperator(info, [&] {
      FileStream part(draft.create(partName(partition)));
      writePart(std::move(records), part);
      part.syncAndClose();
      taskCounts().bytesWritten += static_cast<std::int64_t>(part.written());
    });
  });
  draft.complete();
  if (ifExists == IfExists::kReplace) {
    files.remove(place + kSuccess);
    files.remove(place);
  }
  draft.moveTo(place);
}

}  // namespace millrace::core
