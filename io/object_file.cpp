#include <millrace/base/file_system.hpp>
#include <millrace/io/input_files.hpp>
#include <millrace/io/object_file.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::uint64_t kLargestObjectSplit = std::uint64_t{32} << 20;

struct ObjectSplit {
  std::string path;
  std::uint64_t begin;
  std::uint64_t end;
};

std::vector<ObjectSplit> objectSplitsOf(const FileSystem& files, const std::vector<std::string>& paths,
                                        int minPartitions) {
  std::uint64_t total = 0;
  for (const std::string& path : paths) total += files.openForReading(path)->size();
  const std::uint64_t goal = total / static_cast<std::uint64_t>(std::max(minPartitions, 1));
  std::vector<ObjectSplit> splits;
  for (const std::string& path : paths) {
    const auto pieces =
        ObjectBlocks::piecesOf(files, path, std::clamp<std::uint64_t>(goal, 1, kLargestObjectSplit));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const bool isLast = i + 1 == pieces.size();
      splits.push_back({path, pieces[i], isLast ? ObjectBlocks::kWholeFile : pieces[i + 1]});
    }
  }
  return splits;
}

class ObjectFileNode final : public Node {
 public:
  ObjectFileNode(EnginePtr engine, OperatorPtr info, std::vector<ObjectSplit> splits,
                 const RecordCodec& codec, OpenObjectsFn open)
      : Node(std::move(engine), std::move(info), {}, static_cast<int>(splits.size())),
        splits_(std::move(splits)),
        codec_(codec),
        open_(open) {}

 protected:
  ReaderPtr compute(int partition) override {
    const ObjectSplit& split = splits_[static_cast<std::size_t>(partition)];
    return inOperator(info(), [&] {
      return open_(
          std::make_unique<ObjectBlocks>(engine().files(), split.path, codec_, split.begin, split.end),
          info());
    });
  }

 private:
  const std::vector<ObjectSplit> splits_;
  const RecordCodec& codec_;
  const OpenObjectsFn open_;
};

}  // namespace

NodePtr objectFileNode(EnginePtr engine, const std::string& paths, int minPartitions,
                       const RecordCodec& codec, OpenObjectsFn open) {
  const FileSystem& files = engine->files();
  auto splits = objectSplitsOf(files, inputFiles(files, paths), minPartitions);
  auto info = std::make_shared<const OperatorInfo>(OperatorInfo{"objectFile", -1, paths});
  return std::make_shared<ObjectFileNode>(std::move(engine), std::move(info), std::move(splits), codec, open);
}

}  // namespace millrace::core
