#include <millrace/base/error.hpp>
#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/window_fold.hpp>
#include <millrace/rdd/core/engine.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

namespace millrace::core {

namespace {

/// The fold, and what ended it. Shared by the stream and its RDDs.
struct State {
  explicit State(std::unique_ptr<WindowFold> held) : fold(std::move(held)) {}
  const std::unique_ptr<WindowFold> fold;
  std::mutex sliding;  // runs tasks while held, so no task may wait for it
  std::exception_ptr failure;
};

/// The window at one time: slides the fold when a job first needs it, after the windows before it. Then it shows the
/// fold's tables, and lets go of them when the fold slides on, unless it is kept.
class WindowRdd final : public Node {
 public:
  struct Inputs {
    std::shared_ptr<WindowRdd> previous;
    std::vector<NodePtr> leaving;
    std::vector<NodePtr> entering;
  };

  WindowRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<State> state, PartitionerPtr partitioner,
            Inputs inputs, bool kept)
      : Node(std::move(engine), std::move(info), {}, partitioner->partitions(), partitioner),
        state_(std::move(state)),
        inputs_(std::move(inputs)),
        kept_(kept) {}

  void prepare() override {
    std::lock_guard lock(state_->sliding);
    std::vector<WindowRdd*> ahead;
    for (WindowRdd* at = this; at != nullptr && !at->done_; at = at->inputs_.previous.get())
      ahead.push_back(at);
    for (; !ahead.empty(); ahead.pop_back()) ahead.back()->slide();
  }

  void pin() override {
    std::lock_guard lock(showing_);
    kept_ = true;
  }

 protected:
  ReaderPtr compute(int partition) override {
    std::lock_guard lock(showing_);
    if (tables_.empty())
      throw IllegalState("this window of " + info()->describe() +
                         " has moved on: persist() the stream to read a window's RDD after the next slide");
    return openBlock(tables_[static_cast<std::size_t>(partition)]);
  }

 private:
  void slide() {
    if (state_->failure) std::rethrow_exception(state_->failure);
    for (const auto* side : {&inputs_.leaving, &inputs_.entering}) {
      for (const NodePtr& batch : *side) batch->prepare();
    }
    std::vector<std::vector<BlockPtr>> leaving = blocksOf(inputs_.leaving),
                                       entering = blocksOf(inputs_.entering);
    if (inputs_.previous) inputs_.previous->letGo();
    try {
      engine().runTasks(allOf(*this), [&](int p) {
        auto i = static_cast<std::size_t>(p);
        inOperator(info(), [&] { state_->fold->slide(p, leaving[i], entering[i]); });
      });
    } catch (...) {
      state_->failure = std::current_exception();
      throw;
    }
    show();
    done_ = true;
    inputs_ = {};
  }

  void show() {
    std::lock_guard lock(showing_);
    for (int p = 0; p < partitions(); ++p) tables_.push_back(state_->fold->table(p));
  }

  void letGo() {
    std::lock_guard lock(showing_);
    if (!kept_) tables_.clear();
  }

  std::vector<std::vector<BlockPtr>> blocksOf(const std::vector<NodePtr>& batches) {
    std::vector<std::vector<BlockPtr>> blocks(static_cast<std::size_t>(partitions()));
    engine().runTasks(allOf(*this), [&](int p) {
      for (const NodePtr& batch : batches) blocks[static_cast<std::size_t>(p)].push_back(batch->block(p));
    });
    return blocks;
  }

  const std::shared_ptr<State> state_;
  Inputs inputs_;
  bool done_ = false;
  std::mutex showing_;  // guards what follows
  bool kept_;
  std::vector<BlockPtr> tables_;
};

class IncrementalWindow final : public StreamNode {
 public:
  IncrementalWindow(const StreamPtr& reduced, Duration window, Duration slide,
                    std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner)
      : StreamNode("reduceByKeyAndWindow", {reduced}, slide),
        window_(window),
        state_(std::make_shared<State>(std::move(fold))),
        partitioner_(std::move(partitioner)) {
    StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  Duration parentRememberDuration() const override { return rememberDuration() + window_; }

 protected:
  bool mustCheckpoint() const override { return true; }

  /// From the last window that was made, which is more than a slide ago if times were skipped, or never was.
  NodePtr compute(Time time) override {
    makeBefore(time);
    StreamNode& reduced = *parents()[0];
    Duration step = reduced.slideDuration();
    Time begin = time - window_, last = last_ ? lastTime_ : graph()->zeroTime();
    WindowRdd::Inputs inputs;
    inputs.previous = last_;
    inputs.leaving = reduced.slice(last - window_ + step, std::min(begin, last));
    inputs.entering = reduced.slice(std::max(begin, last) + step, time);
    bool kept = isAskedForLater() || graph()->isConcurrent();
    last_ =
        std::make_shared<WindowRdd>(graph()->engine(), info(), state_, partitioner_, std::move(inputs), kept);
    lastTime_ = time;
    return last_;
  }

 private:
  Duration window_;
  std::shared_ptr<State> state_;
  PartitionerPtr partitioner_;
  std::shared_ptr<WindowRdd> last_;
  Time lastTime_{0};
};

}  // namespace

StreamPtr incrementalWindow(const StreamPtr& reduced, Duration window, Duration slide,
                            std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner) {
  checkWindow("reduceByKeyAndWindow", *reduced, window, slide);
  reduced->persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  return std::make_shared<IncrementalWindow>(reduced, window, slide, std::move(fold), std::move(partitioner));
}

}  // namespace millrace::core
