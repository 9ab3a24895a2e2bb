#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/receiver_input.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <utility>

namespace millrace::core {

namespace {

class ReceiverInput final : public InputNode {
 public:
  ReceiverInput(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                const std::shared_ptr<ReceiverTracker>& tracker)
      : InputNode(graph, kind), tracker_(tracker) {}

  bool isLive() const override { return true; }

  std::int64_t recordsOf(Time time) const override {
    std::int64_t records = 0;
    for (const BlockPtr& block : blocksOf(time)) records += static_cast<std::int64_t>(block->records());
    return records;
  }

 protected:
  NodePtr compute(Time time) override { return blockNode(engine(), info(), blocksOf(time)); }

 private:
  std::vector<BlockPtr> blocksOf(Time time) const {
    auto tracker = tracker_.lock();
    return tracker ? tracker->getBlocksOfBatch(time.milliseconds(), inputId()) : std::vector<BlockPtr>();
  }
  std::weak_ptr<ReceiverTracker> tracker_;
};

}  // namespace

StreamPtr receiverStream(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                         const std::shared_ptr<ReceiverTracker>& tracker,
                         std::unique_ptr<ReceiverBase> receiver) {
  auto input = std::make_shared<ReceiverInput>(graph, kind, tracker);
  tracker->addReceiver(input->inputId(), std::move(receiver));
  graph->addInput(input);
  return input;
}

}  // namespace millrace::core
