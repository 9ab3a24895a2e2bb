#pragma once

#include <millrace/dstream/core/input_node.hpp>
#include <millrace/io/file_selector.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

/// The source of textFileStream and its kin: a batch has the records of the files that the selector finds for it, file by
/// file. A file that cannot be opened when its batch is made is left out, which is logged.
class FileInput final : public InputNode {
 public:
  /// The RDD of one file.
  using ReadFile = std::function<NodePtr(const std::string& path)>;

  FileInput(const std::shared_ptr<StreamGraph>& graph, std::unique_ptr<FileSelector> selector, ReadFile read);

  /// Zero: the files of a batch have not been read when the batch begins. (Spark: FileInputDStream reports no records)
  std::int64_t recordsOf(Time) const override { return 0; }
  /// The files of a batch that is not over.
  InputMetadata metadataOf(Time time) const override;
  void clearMetadata(Time time, bool unpersist) override;

 protected:
  NodePtr compute(Time time) override;

 private:
  const std::unique_ptr<FileSelector> selector_;
  const ReadFile read_;
  std::map<Time, std::vector<std::string>> files_;
};

}  // namespace millrace::core
