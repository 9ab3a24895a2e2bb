#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/dstream/state/stepped_rdd.hpp>
#include <millrace/dstream/state/update_state_stream.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <utility>

namespace millrace::core {

namespace {

/// The inputs of a batch's states: new values, if the parent has an RDD, and states to begin with, in the first batch.
struct Inputs {
  NodePtr values;
  NodePtr initial;
};

Inputs inputsOf(const OperatorPtr& info, const UpdateWork& work, NodePtr parent, bool isFirst) {
  Inputs inputs;
  if (parent) inputs.values = shuffleNode(info, {std::move(parent)}, work.values, work.partitioner);
  if (isFirst && work.initial)
    inputs.initial = shuffleNode(info, {work.initial}, work.states, work.partitioner);
  return inputs;
}

class UpdateByKey final : public MovingStream {
 public:
  UpdateByKey(const StreamPtr& parent, UpdateWork work)
      : MovingStream("updateStateByKey", parent, parent->slideDuration(), std::move(work.tables),
                     work.partitioner, work.rememberPartitioner),
        work_(std::move(work)) {
    StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  void validate() const override {
    MovingStream::validate();
    requireRunning(info()->describe(), work_.initial);
  }

 protected:
  bool mustCheckpoint() const override { return true; }

  NodePtr compute(Time time) override {
    makeBefore(time);
    NodePtr parent = parents()[0]->rdd(time);
    if (!parent && !hasBegun()) return nullptr;
    const auto [values, initial] = inputsOf(info(), work_, std::move(parent), !hasBegun());
    MovingRdd::Move move;
    for (const NodePtr& input : {values, initial}) {
      if (input) move.inputs.push_back(input);
    }
    auto* tables = static_cast<UpdateTables*>(state()->tables.get());
    move.apply = [tables, time, hasValues = values != nullptr, hasInitial = initial != nullptr](
                     int partition, const std::vector<BlockPtr>& blocks) {
      tables->update(partition, time, hasValues ? blocks.front() : nullptr,
                     hasInitial ? blocks.back() : nullptr);
      return BlockPtr();
    };
    return moveTo(time, std::move(move), isKept());
  }

 private:
  const UpdateWork work_;
};

/// What the function gives may be of other keys: it is brought to their partitions before the next batch, unless the
/// partitioner is said to stay right.
class UpdateByPartition final : public StreamNode {
 public:
  UpdateByPartition(const StreamPtr& parent, UpdateWork work)
      : StreamNode("updateStateByKey", {parent}), work_(std::move(work)) {
    StreamNode::persist(StorageLevel::MEMORY_ONLY_SER, nullptr);
  }

  void validate() const override {
    StreamNode::validate();
    requireRunning(info()->describe(), work_.initial);
  }

  bool keepsState() const override { return true; }
  Duration parentRememberDuration() const override { return askedDuration(); }
  NodePtr takeUnread() override {
    const auto watched = std::exchange(watched_, last_).lock();
    return watched && !watched->isDone() ? last_ : nullptr;
  }
  void snapshot(Time, ByteWriter& to) override {
    const int partitions = last_ ? last_->partitions() : 0;
    to.varint(static_cast<std::uint64_t>(partitions));
    if (last_) last_->prepare();
    for (int p = 0; p < partitions; ++p) work_.stateCodec.write(to, last_->block(p));
  }
  void restore(Time time, ByteReader& from) override {
    resumeAfter(time);
    std::vector<BlockPtr> blocks;
    for (std::size_t left = from.count(); left > 0; --left) blocks.push_back(work_.stateCodec.read(from));
    const bool fits = static_cast<int>(blocks.size()) == work_.partitioner->partitions();
    if (!blocks.empty() && !fits && work_.rememberPartitioner)
      throw IllegalArgument(
          "the state of " + info()->describe() +
          " was kept in another number of partitions: keep it, or begin without the snapshot");
    if (!blocks.empty()) restored_ = blockNode(engine(), info(), std::move(blocks));
  }

 protected:
  bool mustCheckpoint() const override { return true; }

  NodePtr compute(Time time) override {
    makeBefore(time);
    NodePtr before = last_ ? last_ : restored_;
    NodePtr parent = parents()[0]->rdd(time);
    if (!parent && !before) return nullptr;
    auto [values, states] = inputsOf(info(), work_, std::move(parent), !before);
    if (before) states = before;
    if (before && !work_.rememberPartitioner)
      states = shuffleNode(info(), {before}, work_.states, work_.partitioner);
    SteppedRdd::Step step;
    step.previous = last_;
    restored_ = nullptr;
    for (const NodePtr& input : {values, states}) {
      if (input) step.inputs.push_back(input);
    }
    step.apply = [byPartition = work_.byPartition, hasValues = values != nullptr,
                  hasStates = states != nullptr](const std::vector<BlockPtr>& blocks) {
      return byPartition(hasValues ? blocks.front() : nullptr, hasStates ? blocks.back() : nullptr);
    };
    bool kept = isKept() || isReadEarly() || graph()->isConcurrent();
    last_ = std::make_shared<SteppedRdd>(engine(), info(), state_, work_.partitioner,
                                         work_.rememberPartitioner, std::move(step), kept);
    return last_;
  }

 private:
  const UpdateWork work_;
  const std::shared_ptr<SteppedState> state_ = std::make_shared<SteppedState>();
  std::shared_ptr<SteppedRdd> last_;
  std::weak_ptr<SteppedRdd> watched_;  // the last one when takeUnread was called
  NodePtr restored_;
};

}  // namespace

StreamPtr updateStateStream(const StreamPtr& parent, UpdateWork work) {
  if (work.tables) return std::make_shared<UpdateByKey>(parent, std::move(work));
  return std::make_shared<UpdateByPartition>(parent, std::move(work));
}

}  // namespace millrace::core
