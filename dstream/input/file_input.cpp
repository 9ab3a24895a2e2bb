#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
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
  for (const std::string& path : selector_->select(time.milliseconds())) {
    try {
      rdds.push_back(read_(path));
    } catch (const SparkException& failure) {
      logLeftOut(path, failure);
    } catch (const Unsupported& failure) {
      logLeftOut(path, failure);
    }
  }
  return unionNode(engine(), info(), std::move(rdds));
}

}  // namespace millrace::core
