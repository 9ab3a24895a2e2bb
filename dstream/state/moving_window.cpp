#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/dstream/state/window_fold.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <vector>

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

  Duration parentRememberDuration() const override { return saturatedSum(askedDuration(), window_); }

  void persist(StorageLevel level, const StoredForm* form) override {
    StreamNode::persist(level, form);
    parents()[0]->persist(level, nullptr);
  }

  /// After the tables come the batches that have to leave the window again, and those that have not entered it yet.
  void snapshot(Time time, ByteWriter& to) override {
    MovingStream::snapshot(time, to);
    to.raw(lastTime_.milliseconds());
    StreamNode& reduced = *parents()[0];
    const BlockCodec codec = fold()->batchCodec();
    for (Time at = firstOfWindow(); at <= time; at = at + reduced.slideDuration()) {
      NodePtr batch = reduced.rdd(at);
      to.raw(batch != nullptr);
      if (!batch) continue;
      batch->prepare();
      for (int p = 0; p < batch->partitions(); ++p) codec.write(to, batch->block(p));
    }
  }
  void restore(Time time, ByteReader& from) override {
    MovingStream::restore(time, from);
    lastTime_ = Time(from.raw<std::int64_t>());
    const BlockCodec codec = fold()->batchCodec();
    StreamNode& reduced = *parents()[0];
    for (Time at = firstOfWindow(); at <= time; at = at + reduced.slideDuration()) {
      NodePtr batch;
      if (from.raw<bool>()) {
        std::vector<BlockPtr> blocks;
        for (int p = 0; p < partitioner()->partitions(); ++p) blocks.push_back(codec.read(from));
        batch = blockNode(engine(), reduced.info(), std::move(blocks));
      }
      if (batch && hasBegun() && at <= lastTime_) {
        inWindow_.emplace_back(at, batch);
        batches_->push_back(batch);
      }
      reduced.setRdd(at, std::move(batch));
    }
  }

 protected:
  bool mustCheckpoint() const override { return keeps_ == KeepsState::kForEver; }

  /// From the last window that was made, which is more than a slide ago if times were skipped, or never was.
  NodePtr compute(Time time) override {
    makeBefore(time);
    StreamNode& reduced = *parents()[0];
    const Duration step = reduced.slideDuration();
    const Time begin = time - window_, before = hasBegun() ? lastTime_ : graph()->zeroTime();
    std::vector<NodePtr> leaving, entering;
    for (; !inWindow_.empty() && inWindow_.front().first <= begin; inWindow_.pop_front())
      leaving.push_back(std::move(inWindow_.front().second));
    for (Time at = std::max(begin, before) + step; at <= time; at = at + step) {
      if (NodePtr batch = reduced.rdd(at)) {
        inWindow_.emplace_back(at, batch);
        entering.push_back(std::move(batch));
      }
    }
    MovingRdd::Move move;
    WindowFold* const tables = fold();
    const std::size_t leaves = leaving.size(), enters = entering.size();
    if (tables->recovers()) {
      move.inputs = std::move(entering);
      move.begin = [tables, leaves, batches = batches_](std::vector<NodePtr>& inputs) {
        batches->insert(batches->end(), inputs.begin(), inputs.end());
        batches->erase(batches->begin(), batches->begin() + static_cast<std::ptrdiff_t>(leaves));
        if (tables->needsAll()) inputs.assign(batches->begin(), batches->end());
      };
      move.apply = [tables, leaves, enters](int partition, const std::vector<BlockPtr>& blocks) {
        std::span<const BlockPtr> all(blocks);
        tables->slide(partition, {leaves, {}, all.last(enters), all});
        return BlockPtr();
      };
    } else {
      move.inputs = std::move(leaving);
      move.inputs.insert(move.inputs.end(), entering.begin(), entering.end());
      move.apply = [tables, leaves](int partition, const std::vector<BlockPtr>& blocks) {
        std::span<const BlockPtr> both(blocks);
        tables->slide(partition, {leaves, both.first(leaves), both.subspan(leaves), {}});
        return BlockPtr();
      };
    }
    lastTime_ = time;
    return moveTo(time, std::move(move), isAskedForLater());
  }

 private:
  Time firstOfWindow() const {
    const Duration step = parents()[0]->slideDuration();
    return std::max(lastTime_ - window_, graph()->zeroTime()) + step;
  }
  WindowFold* fold() const { return static_cast<WindowFold*>(state()->tables.get()); }

  const Duration window_;
  const KeepsState keeps_;
  Time lastTime_{0};
  std::deque<std::pair<Time, NodePtr>> inWindow_;
  /// The window's batches as of the last move that was begun, which may be behind `inWindow_`. Used by moves only, one
  /// after the other.
  const std::shared_ptr<std::deque<NodePtr>> batches_ = std::make_shared<std::deque<NodePtr>>();
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
