#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>
#include <millrace/io/input_files.hpp>
#include <millrace/io/whole_files.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

using Paths = std::vector<std::string>;

std::vector<Paths> packed(const FileSystem& files, const Paths& paths, int minPartitions) {
  std::vector<std::uint64_t> sizes;
  std::uint64_t total = 0;
  for (const std::string& path : paths) total += sizes.emplace_back(files.openForReading(path)->size());
  const auto parts = static_cast<std::uint64_t>(std::max(minPartitions, 1));
  const std::uint64_t goal = total / parts + (total % parts != 0);

  std::vector<Paths> partitions;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (partitions.empty() || (bytes > 0 && bytes + sizes[i] > goal)) {
      partitions.emplace_back();
      bytes = 0;
    }
    partitions.back().push_back(paths[i]);
    bytes += sizes[i];
  }
  return partitions;
}

template <class Content>
class FilesReader final : public Reader<std::pair<std::string, Content>> {
 public:
  using Record = std::pair<std::string, Content>;
  using Read = Content (*)(const EnginePtr& engine, const std::string& path);

  FilesReader(EnginePtr engine, OperatorPtr info, const Paths& paths, Read read)
      : engine_(std::move(engine)), info_(std::move(info)), paths_(paths), read_(read) {}

  Chunk<Record> next() override {
    if (at_ == paths_.size()) return {};
    const std::string& path = paths_[at_++];
    record_ = Record();
    inOperator(info_, [&] { record_ = Record(path, read_(engine_, path)); });
    giveRecords(1);
    return {&record_, 1, true};
  }

 private:
  const EnginePtr engine_;
  const OperatorPtr info_;
  const Paths& paths_;
  const Read read_;
  std::size_t at_ = 0;
  Record record_;
};

template <class Content>
class FilesNode final : public Node {
 public:
  using Read = typename FilesReader<Content>::Read;

  FilesNode(EnginePtr engine, OperatorPtr info, std::vector<Paths> partitions, Read readFile)
      : Node(std::move(engine), std::move(info), {}, static_cast<int>(partitions.size())),
        partitions_(std::move(partitions)),
        read_(readFile) {}

 protected:
  ReaderPtr compute(int partition) override {
    return std::make_unique<FilesReader<Content>>(enginePtr(), info(),
                                                  partitions_[static_cast<std::size_t>(partition)], read_);
  }

 private:
  const std::vector<Paths> partitions_;
  const Read read_;
};

template <class Content>
NodePtr filesNode(EnginePtr engine, const char* kind, const std::string& paths, int minPartitions,
                  typename FilesReader<Content>::Read read) {
  const FileSystem& files = engine->files();
  auto partitions = packed(files, inputFiles(files, paths), minPartitions);
  auto info = std::make_shared<const OperatorInfo>(OperatorInfo{kind, -1, paths});
  return std::make_shared<FilesNode<Content>>(std::move(engine), std::move(info), std::move(partitions),
                                              read);
}

}  // namespace

NodePtr wholeTextFilesNode(EnginePtr engine, const std::string& paths, int minPartitions) {
  return filesNode<std::string>(
      std::move(engine), "wholeTextFiles", paths, minPartitions,
      [](const EnginePtr& of, const std::string& path) { return readWhole(of->files(), path); });
}

NodePtr binaryFilesNode(EnginePtr engine, const std::string& paths, int minPartitions) {
  return filesNode<PortableDataStream>(
      std::move(engine), "binaryFiles", paths, minPartitions,
      [](const EnginePtr& of, const std::string& path) { return PortableDataStream(of, path); });
}

}  // namespace millrace::core
