#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/file_input.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <utility>

namespace millrace::core {

namespace {

void logLeftOut(const std::string& path, const Error& reason) {
  logError("a file stream leaves out a file", {{"path", path}, {"reason", reason.what()}});
}

}  // namespace

FileInput::FileInput(const std::shared_ptr<StreamGraph>& graph, std::unique_ptr<FileSelector> selector,
                     ReadFile read)
    : InputNode(graph, "File stream"), selector_(std::move(selector)), read_(std::move(read)) {}

NodePtr FileInput::compute(Time time) {
  std::vector<NodePtr> rdds;
  std::vector<std::string> files;
  for (const std::string& path : selector_->select(time.milliseconds())) {
    try {
      rdds.push_back(read_(path));
      files.push_back(path);
    } catch (const SparkException& failure) {
      logLeftOut(path, failure);
    } catch (const Unsupported& failure) {
      logLeftOut(path, failure);
    }
  }
  files_.insert_or_assign(time, std::move(files));
  return unionNode(engine(), info(), std::move(rdds));
}

InputMetadata FileInput::metadataOf(Time time) const {
  auto owner = graph();
  RecursiveMutexLock lock(owner->mutex());
  const auto files = files_.find(time);
  return files == files_.end() ? InputMetadata() : metadataOfFiles(files->second);
}

void FileInput::clearMetadata(Time time, bool unpersist) {
  InputNode::clearMetadata(time, unpersist);
  files_.erase(files_.begin(), files_.upper_bound(time));
}

}  // namespace millrace::core
