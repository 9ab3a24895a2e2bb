#include <millrace/dstream/core/kept_batches.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/dstream/state/window_fold.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

class MovingWindow final : public MovingStream {
 public:
  MovingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
               std::unique_ptr<WindowFold> fold, std::shared_ptr<const BatchForm> batches,
               PartitionerPtr partitioner, KeepsState keeps)
      : MovingStream(kind, reduced, slide, std::move(fold), std::move(partitioner)),
        window_(window),
        keeps_(keeps),
        kept_(std::move(batches)) {
    if (keeps == KeepsState::kForEver) StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  Duration parentRememberDuration() const override { return saturatedSum(askedDuration(), window_); }

  void persist(StorageLevel level, const StoredForm* form) override {
    StreamNode::persist(level, form);
    parents()[0]->persist(level, nullptr);
  }

  void validate() const override {
    MovingStream::validate();
    if (graph()->cuts()) kept_.form().requireCodec();
  }

  std::string stateType() const override { return kept_.form().recordType(); }

 protected:
  bool mustCheckpoint() const override { return keeps_ == KeepsState::kForEver; }

  /// Those that are in the window, and those that have not entered it yet.
  std::function<StateDeltaPtr()> batchesAt(Time time) override {
    StreamNode& reduced = *parents()[0];
    std::map<Time, NodePtr> needed(inWindow_.begin(), inWindow_.end());
    for (Time at = lastTime() + reduced.slideDuration(); at <= time; at = at + reduced.slideDuration()) {
      if (NodePtr batch = reduced.rdd(at)) needed.emplace(at, std::move(batch));
    }
    return kept_.changesTo(needed);
  }
  void restoreEntry(KeptKind kind, std::string_view key, std::string_view value) override {
    MovingStream::restoreEntry(kind, key, value);
    if (kind == KeptKind::kTime) lastTime_ = readTime(value);
    if (kind == KeptKind::kBatch) kept_.put(key, value);
  }
  void restoreState(const StateDelta& kept) override {
    MovingStream::restoreState(kept);
    StreamNode& reduced = *parents()[0];
    for (auto& [at, blocks] : kept_.takeRestored()) {
      NodePtr batch = blockNode(engine(), reduced.info(), std::move(blocks));
      reduced.setRdd(at, batch);
      if (at > lastTime()) continue;
      inWindow_.emplace_back(at, batch);
      batches_->push_back(std::move(batch));
    }
    if (fold()->recovers()) fold()->reset();
  }

  /// From the last window that was made, which is more than a slide ago if times were skipped, or never was.
  NodePtr compute(Time time) override {
    makeBefore(time);
    StreamNode& reduced = *parents()[0];
    const Duration step = reduced.slideDuration();
    const Time begin = time - window_, before = lastTime();
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
  /// The time of the last window that was made; time zero if there was none.
  Time lastTime() const { return hasBegun() ? lastTime_ : graph()->zeroTime(); }
  WindowFold* fold() const { return static_cast<WindowFold*>(state()->tables.get()); }

  const Duration window_;
  const KeepsState keeps_;
  KeptBatches kept_;
  Time lastTime_{0};
  std::deque<std::pair<Time, NodePtr>> inWindow_;
  /// The window's batches as of the last move that was begun, which may be behind `inWindow_`. Used by moves only, one
  /// after the other.
  const std::shared_ptr<std::deque<NodePtr>> batches_ = std::make_shared<std::deque<NodePtr>>();
};

}  // namespace

StreamPtr movingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
                       std::unique_ptr<WindowFold> fold, std::shared_ptr<const BatchForm> batches,
                       PartitionerPtr partitioner, KeepsState keeps) {
  checkWindow(kind, *reduced, window, slide);
  reduced->persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  return std::make_shared<MovingWindow>(kind, reduced, window, slide, std::move(fold), std::move(batches),
                                        std::move(partitioner), keeps);
}

}  // namespace millrace::core
