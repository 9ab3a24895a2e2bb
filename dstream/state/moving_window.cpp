#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/dstream/state/window_fold.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace millrace::core {

namespace {

class MovingWindow final : public MovingStream {
 public:
  MovingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
               std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner, KeepsState keeps)
      : MovingStream(kind, reduced, slide, std::move(fold), std::move(partitioner)),
        window_(window),
        keeps_(keeps) {
    if (keeps == KeepsState::kForEver) StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  Duration parentRememberDuration() const override { return rememberDuration() + window_; }
  void persist(StorageLevel level, StoreFn store) override {
    StreamNode::persist(level, store);
    parents()[0]->persist(level, nullptr);
  }

 protected:
  bool mustCheckpoint() const override { return keeps_ == KeepsState::kForEver; }

  /// From the last window that was made, which is more than a slide ago if times were skipped, or never was.
  NodePtr compute(Time time) override {
    makeBefore(time);
    StreamNode& reduced = *parents()[0];
    Duration step = reduced.slideDuration();
    Time begin = time - window_, before = last() ? lastTime_ : graph()->zeroTime();
    std::vector<NodePtr> leaving = reduced.slice(before - window_ + step, std::min(begin, before));
    std::vector<NodePtr> entering = reduced.slice(std::max(begin, before) + step, time);
    MovingRdd::Move move;
    auto* fold = static_cast<WindowFold*>(state()->tables.get());
    std::size_t leaves = leaving.size(), enters = entering.size();
    if (fold->recovers()) {
      move.inputs = reduced.slice(begin + step, time);
      move.apply = [fold, leaves, enters](int partition, const std::vector<BlockPtr>& blocks) {
        std::span<const BlockPtr> all(blocks);
        fold->slide(partition, {leaves, {}, all.last(enters), all});
        return BlockPtr();
      };
    } else {
      move.inputs = std::move(leaving);
      move.inputs.insert(move.inputs.end(), entering.begin(), entering.end());
      move.apply = [fold, leaves](int partition, const std::vector<BlockPtr>& blocks) {
        std::span<const BlockPtr> both(blocks);
        fold->slide(partition, {leaves, both.first(leaves), both.subspan(leaves), {}});
        return BlockPtr();
      };
    }
    lastTime_ = time;
    return moveTo(time, std::move(move), isAskedForLater());
  }

 private:
  const Duration window_;
  const KeepsState keeps_;
  Time lastTime_{0};
};

}  // namespace

StreamPtr movingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
                       std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner, KeepsState keeps) {
  checkWindow(kind, *reduced, window, slide);
  reduced->persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  return std::make_shared<MovingWindow>(kind, reduced, window, slide, std::move(fold), std::move(partitioner),
                                        keeps);
}

}  // namespace millrace::core
