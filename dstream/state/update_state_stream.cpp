#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/dstream/state/update_state_stream.hpp>

#include <utility>

namespace millrace::core {

namespace {

class UpdateStream final : public MovingStream {
 public:
  UpdateStream(const StreamPtr& parent, UpdateWork work)
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
    NodePtr states = hasBegun() ? movedStates() : work_.initial;
    MovingRdd::Move move;
    if (parent) move.inputs.push_back(shuffleNode(info(), {parent}, work_.values, work_.partitioner));
    if (states) move.inputs.push_back(shuffleNode(info(), {states}, work_.states, work_.partitioner));
    auto* tables = static_cast<UpdateTables*>(state()->tables.get());
    move.apply = [tables, time, hasValues = parent != nullptr, hasStates = states != nullptr](
                     int partition, const std::vector<BlockPtr>& blocks) {
      tables->update(partition, time, hasValues ? blocks.front() : nullptr,
                     hasStates ? blocks.back() : nullptr);
      return BlockPtr();
    };
    return moveTo(time, std::move(move), isKept());
  }

 private:
  /// The states of the batch before, where some may be of keys of other partitions, to which they have to be brought.
  NodePtr movedStates() const {
    const bool mayBeElsewhere =
        static_cast<UpdateTables&>(*state()->tables).movesKeys() && !work_.rememberPartitioner;
    return mayBeElsewhere ? last() : nullptr;
  }

  const UpdateWork work_;
};

}  // namespace

StreamPtr updateStateStream(const StreamPtr& parent, UpdateWork work) {
  return std::make_shared<UpdateStream>(parent, std::move(work));
}

}  // namespace millrace::core
