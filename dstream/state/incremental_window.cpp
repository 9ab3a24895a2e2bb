#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/dstream/state/window_fold.hpp>

#include <iterator>
#include <utility>

namespace millrace::core {

namespace {

class IncrementalWindow final : public StreamNode {
 public:
  IncrementalWindow(const StreamPtr& reduced, Duration window, Duration slide, std::unique_ptr<WindowFold> fold,
                    PartitionerPtr partitioner)
      : StreamNode("reduceByKeyAndWindow", {reduced}, slide),
        window_(window),
        fold_(fold.get()),
        state_(std::make_shared<MovingState>(std::move(fold))),
        partitioner_(std::move(partitioner)) {
    StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  Duration parentRememberDuration() const override { return rememberDuration() + window_; }

 protected:
  bool mustCheckpoint() const override { return true; }

  NodePtr compute(Time time) override {
    makeBefore(time);
    StreamNode& reduced = *parents()[0];
    Duration step = reduced.slideDuration();
    Duration slide = slideDuration();
    auto inputs = reduced.slice(time - window_ - slide + step, time - window_);
    auto leaving = static_cast<std::ptrdiff_t>(inputs.size());
    auto entering = reduced.slice(time - slide + step, time);
    inputs.insert(inputs.end(), entering.begin(), entering.end());
    auto apply = [fold = fold_, leaving](int partition, const std::vector<BlockPtr>& blocks) {
      fold->slide(partition, {blocks.begin(), blocks.begin() + leaving}, {blocks.begin() + leaving, blocks.end()});
      return BlockPtr();
    };
    bool kept = isAskedForLater() || graph()->isConcurrent();
    last_ = std::make_shared<MovingRdd>(graph()->engine(), info(), time, state_, partitioner_,
                                        MovingRdd::Move{last_, std::move(inputs), std::move(apply)}, kept);
    return last_;
  }

 private:
  Duration window_;
  WindowFold* fold_;
  std::shared_ptr<MovingState> state_;
  PartitionerPtr partitioner_;
  std::shared_ptr<MovingRdd> last_;
};

}  // namespace

StreamPtr incrementalWindow(const StreamPtr& reduced, Duration window, Duration slide, std::unique_ptr<WindowFold> fold,
                            PartitionerPtr partitioner) {
  checkWindow("reduceByKeyAndWindow", *reduced, window, slide);
  reduced->persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  return std::make_shared<IncrementalWindow>(reduced, window, slide, std::move(fold), std::move(partitioner));
}

}  // namespace millrace::core
