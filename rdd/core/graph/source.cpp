#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <string>

namespace millrace::core {

namespace {

class BlockNode final : public Node {
 public:
  BlockNode(EnginePtr engine, OperatorPtr info, std::vector<BlockPtr> blocks)
      : Node(std::move(engine), std::move(info), {}, static_cast<int>(blocks.size())),
        blocks_(std::move(blocks)) {}

  BlockPtr block(int partition) override { return blocks_[static_cast<std::size_t>(partition)]; }

 protected:
  ReaderPtr compute(int partition) override { return openBlock(block(partition)); }

 private:
  std::vector<BlockPtr> blocks_;
};

}  // namespace

std::size_t sliceBoundary(std::size_t records, int slice, int slices) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{records} * static_cast<unsigned>(slice) /
                                  static_cast<unsigned>(slices));
}

void checkSlices(int slices) {
  if (slices < 1) throw IllegalArgument("an RDD of " + std::to_string(slices) + " slices: give at least 1");
}

NodePtr blockNode(EnginePtr engine, OperatorPtr info, std::vector<BlockPtr> blocks) {
  return std::make_shared<BlockNode>(std::move(engine), std::move(info), std::move(blocks));
}

}  // namespace millrace::core
