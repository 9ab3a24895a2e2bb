#include <millrace/base/error.hpp>
#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/state/window_fold.hpp>
#include <millrace/rdd/core/engine.hpp>

#include <deque>
#include <mutex>
#include <numeric>
#include <utility>

namespace millrace::core {

namespace {

/// The fold with the time that it stands at. Shared by the stream and its RDDs.
struct State {
  explicit State(std::unique_ptr<WindowFold> held) : fold(std::move(held)) {}
  std::unique_ptr<WindowFold> fold;
  std::mutex mutex;
  Time at{-1};
  std::exception_ptr failure;
};

/// The window at one time: slides the fold when a job first needs it, after the windows before it. Then it reads the
/// fold directly, until the next slide; if it is kept, it has its own copy by then.
class WindowRdd final : public Node {
 public:
  struct Inputs {
    std::shared_ptr<WindowRdd> previous;
    std::vector<NodePtr> leaving;
    std::vector<NodePtr> entering;
  };

  WindowRdd(EnginePtr engine, OperatorPtr info, Time time, std::shared_ptr<State> state, PartitionerPtr partitioner,
            Inputs inputs, bool kept)
      : Node(std::move(engine), std::move(info), {}, partitioner->partitions(), partitioner),
        time_(time),
        state_(std::move(state)),
        inputs_(std::move(inputs)),
        kept_(kept) {}

  void prepare() override {
    std::lock_guard lock(state_->mutex);
    advance();
  }

  void pin() override {
    std::lock_guard lock(state_->mutex);
    kept_ = true;
    if (state_->at == time_) copyAll();
  }

 protected:
  ReaderPtr compute(int partition) override {
    std::lock_guard lock(state_->mutex);
    if (!copies_.empty()) return openBlock(copies_[static_cast<std::size_t>(partition)]);
    if (state_->at != time_)
      throw IllegalState("this window of " + info()->describe() +
                         " has moved on: persist() the stream to read a window's RDD after the next slide");
    return state_->fold->read(partition);
  }

 private:
  void advance() {
    if (done_) return;
    if (state_->failure) std::rethrow_exception(state_->failure);
    if (inputs_.previous) inputs_.previous->advance();
    std::vector<BlockPtr> none;
    for (const auto* side : {&inputs_.leaving, &inputs_.entering}) {
      for (const NodePtr& batch : *side) batch->prepare();
    }
    std::vector<std::vector<BlockPtr>> leaving = blocksOf(inputs_.leaving), entering = blocksOf(inputs_.entering);
    try {
      engine().runTasks(allOf(*this), [&](int p) {
        auto i = static_cast<std::size_t>(p);
        inOperator(info(), [&] { state_->fold->slide(p, leaving[i], entering[i]); });
      });
    } catch (...) {
      state_->failure = std::current_exception();
      throw;
    }
    done_ = true;
    inputs_ = {};
    state_->at = time_;
    if (kept_) copyAll();
  }

  std::vector<std::vector<BlockPtr>> blocksOf(const std::vector<NodePtr>& batches) {
    std::vector<std::vector<BlockPtr>> blocks(static_cast<std::size_t>(partitions()));
    engine().runTasks(allOf(*this), [&](int p) {
      for (const NodePtr& batch : batches) blocks[static_cast<std::size_t>(p)].push_back(batch->block(p));
    });
    return blocks;
  }

  void copyAll() {
    if (!copies_.empty()) return;
    for (int p = 0; p < partitions(); ++p) copies_.push_back(state_->fold->copy(p));
  }

  const Time time_;
  const std::shared_ptr<State> state_;
  Inputs inputs_;
  bool kept_;
  bool done_ = false;
  std::vector<BlockPtr> copies_;
};

class IncrementalWindow final : public StreamNode {
 public:
  IncrementalWindow(const StreamPtr& reduced, Duration window, Duration slide, std::unique_ptr<WindowFold> fold,
                    PartitionerPtr partitioner)
      : StreamNode("reduceByKeyAndWindow", {reduced}, slide),
        window_(window),
        state_(std::make_shared<State>(std::move(fold))),
        partitioner_(std::move(partitioner)) {
    StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  Duration parentRememberDuration() const override { return rememberDuration() + window_; }

 protected:
  bool mustCheckpoint() const override { return true; }

  NodePtr compute(Time time) override {
    StreamNode& reduced = *parents()[0];
    Duration step = reduced.slideDuration();
    Duration slide = slideDuration();
    WindowRdd::Inputs inputs;
    inputs.previous = last_;
    Time oldBegin = time - window_ - slide;
    inputs.leaving = reduced.slice(oldBegin + step, time - window_);
    inputs.entering = reduced.slice(time - slide + step, time);
    bool kept = isAskedForLater() || graph()->isConcurrent();
    last_ = std::make_shared<WindowRdd>(graph()->engine(), info(), time, state_, partitioner_, std::move(inputs), kept);
    return last_;
  }

 private:
  Duration window_;
  std::shared_ptr<State> state_;
  PartitionerPtr partitioner_;
  std::shared_ptr<WindowRdd> last_;
};

}  // namespace

StreamPtr incrementalWindow(const StreamPtr& reduced, Duration window, Duration slide, std::unique_ptr<WindowFold> fold,
                            PartitionerPtr partitioner) {
  checkWindow("reduceByKeyAndWindow", *reduced, window, slide);
  reduced->persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  return std::make_shared<IncrementalWindow>(reduced, window, slide, std::move(fold), std::move(partitioner));
}

}  // namespace millrace::core
