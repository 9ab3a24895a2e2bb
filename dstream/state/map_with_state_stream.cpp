#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/map_with_state_stream.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace millrace::core {

namespace {

/// What the function emitted in one batch: results of moving the states.
class EmittedRdd final : public Node {
 public:
  explicit EmittedRdd(std::shared_ptr<MovingRdd> states)
      : Node(states->enginePtr(), states->info(), {states}, states->partitions()),
        states_(std::move(states)) {}
  const std::shared_ptr<MovingRdd>& states() const { return states_; }

 protected:
  ReaderPtr compute(int partition) override { return openBlock(states_->result(partition)); }

 private:
  const std::shared_ptr<MovingRdd> states_;
};

class MapWithStateStream final : public MovingStream {
 public:
  MapWithStateStream(const StreamPtr& parent, StateWork work)
      : MovingStream("mapWithState", parent, parent->slideDuration(), std::move(work.tables),
                     work.partitioner),
        work_(std::move(work)) {}

  void validate() const override {
    MovingStream::validate();
    requireRunning(info()->describe(), work_.initial);
  }

  Flow flow() const override {
    NodePtr initial;
    if (work_.initial && !hasBegun())
      initial = shuffleNode(info(), {work_.initial}, work_.states, work_.partitioner);
    return Exchanged{work_.records, work_.partitioner->partitions(),
                     std::shared_ptr<StateTables>(state(), tables()), std::move(initial),
                     checkpointInterval()->milliseconds()};
  }

  void setSnapshots(const StreamPtr& snapshots) { snapshots_ = snapshots; }

 protected:
  bool mustCheckpoint() const override { return true; }
  Duration defaultCheckpointInterval() const override {
    constexpr std::int64_t kBatches = 10;
    const bool counts = slideDuration().milliseconds() <= std::numeric_limits<std::int64_t>::max() / kBatches;
    return counts ? slideDuration() * kBatches : slideDuration();
  }

  NodePtr compute(Time time) override {
    makeBefore(time);
    const bool sweep = time.floor(*checkpointInterval(), graph()->zeroTime()) > timeBefore();
    MovingRdd::Move move;
    NodePtr records = parents()[0]->rdd(time);
    if (!records) records = blockNode(engine(), info(), {});
    move.inputs.push_back(shuffleNode(info(), {std::move(records)}, work_.records, work_.partitioner));
    if (!hasBegun() && work_.initial)
      move.inputs.push_back(shuffleNode(info(), {work_.initial}, work_.states, work_.partitioner));
    move.apply = [tables = tables(), time, sweep](int partition, const std::vector<BlockPtr>& blocks) {
      if (blocks.size() > 1) tables->begin(partition, time, blocks[1]);
      return tables->update(partition, time, blocks[0], sweep);
    };
    auto snapshots = snapshots_.lock();
    return std::make_shared<EmittedRdd>(moveTo(time, std::move(move), snapshots && snapshots->isKept()));
  }

 private:
  StateTables* tables() const { return static_cast<StateTables*>(state()->tables.get()); }

  StateWork work_;
  std::weak_ptr<StreamNode> snapshots_;
};

class SnapshotsStream final : public StreamNode {
 public:
  explicit SnapshotsStream(const StreamPtr& mapped) : StreamNode("stateSnapshots", {mapped}) {}

  Flow flow() const override { return StateOf{}; }

 protected:
  NodePtr compute(Time time) override {
    auto emitted = std::static_pointer_cast<EmittedRdd>(parents()[0]->rdd(time));
    return emitted ? emitted->states() : nullptr;
  }
};

}  // namespace

StreamPtr mapWithStateStream(const StreamPtr& parent, StateWork work) {
  return std::make_shared<MapWithStateStream>(parent, std::move(work));
}

StreamPtr stateSnapshotsStream(const StreamPtr& mapped) {
  auto snapshots = std::make_shared<SnapshotsStream>(mapped);
  std::static_pointer_cast<MapWithStateStream>(mapped)->setSnapshots(snapshots);
  return snapshots;
}

}  // namespace millrace::core
