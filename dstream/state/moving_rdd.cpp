#include <millrace/base/error.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/dstream/state/owed_batches.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace::core {

MovingRdd::MovingRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<MovingState> state,
                     const PartitionerPtr& partitioner, bool showsPartitioner, Move move)
    : Node(std::move(engine), std::move(info), {}, partitioner->partitions(),
           showsPartitioner ? partitioner : nullptr),
      state_(std::move(state)),
      move_(std::move(move)),
      shown_(untilNext_) {}

MovingRdd::~MovingRdd() {
  move_.inputs.push_back(std::move(move_.previous));
  drop(std::move(move_.inputs));
}

void MovingRdd::prepareSelf() {
  if (!done_) {  // else no lock: one that moves may read the one before
    MutexLock lock(state_->moving);
    std::vector<MovingRdd*> ahead;
    for (MovingRdd* at = this; at != nullptr && !at->done_; at = at->move_.previous.get())
      ahead.push_back(at);
    const bool mayWait = ahead.size() <= kMostOwed;
    for (; !ahead.empty(); ahead.pop_back()) ahead.back()->moveOrFail(mayWait);
  }
  if (failure_) std::rethrow_exception(failure_);
}

Lease MovingRdd::lease() const { return shown_.lock(); }

void MovingRdd::keep() {
  MutexLock lock(leasing_);
  kept_ = lease();
}

void MovingRdd::giveBack() {
  MutexLock lock(leasing_);
  untilNext_.reset();
}

BlockPtr MovingRdd::result(int partition) const { return results_[static_cast<std::size_t>(partition)]; }

ReaderPtr MovingRdd::compute(int partition) {
  const Lease shown = lease();
  if (!shown)
    throw IllegalState("the RDD of " + info()->describe() +
                       " has moved on: persist() the stream to read it after the next batch");
  return openBlock(shown->blocks[static_cast<std::size_t>(partition)]);
}

/// Tables that recover go on at the next time. Others are lost; but what inputs throw is no harm to them: if they may wait,
/// the move is tried again when somebody asks.
void MovingRdd::moveOrFail(bool mayWait) {
  try {
    if (state_->failure) std::rethrow_exception(state_->failure);
    if (auto begin = std::exchange(move_.begin, nullptr)) begin(move_.inputs);
    move();
  } catch (...) {
    const bool recovers = state_->tables->recovers();
    if (!recovers && !state_->failure) {
      if (mayWait) throw;
      state_->failure = tooMuchOwed(*info(), std::current_exception());
    }
    failure_ = recovers ? std::current_exception() : state_->failure;
    if (recovers) state_->tables->reset();
  }
  move_ = {};
  done_ = true;
}

void MovingRdd::move() {
  for (const NodePtr& input : move_.inputs) input->prepare();
  std::vector<std::vector<BlockPtr>> blocks = inputBlocks();
  if (move_.cut) move_.cut->take();
  if (move_.previous) move_.previous->giveBack();
  results_.resize(blocks.size());
  try {
    engine().runTasksOnce(*info(), allOf(*this), [&](int p) {
      auto i = static_cast<std::size_t>(p);
      inOperator(info(), [&] { results_[i] = move_.apply(p, blocks[i]); });
    });
  } catch (...) {
    if (!state_->tables->recovers()) state_->failure = std::current_exception();
    throw;
  }
  MutexLock lock(leasing_);
  LiveMemory::Usage usage;
  for (int p = 0; p < partitions(); ++p) {
    untilNext_->blocks.push_back(state_->tables->table(p));
    usage.bytes += state_->tables->bytes(p);
    usage.keys += untilNext_->blocks.back()->records();
  }
  state_->share.set(info(), usage);
}

std::vector<std::vector<BlockPtr>> MovingRdd::inputBlocks() {
  std::vector<std::vector<BlockPtr>> blocks(static_cast<std::size_t>(partitions()));
  engine().runTasks(*info(), allOf(*this), [&](int p) {
    auto& own = blocks[static_cast<std::size_t>(p)];
    own.clear();  // of an attempt that failed
    for (const NodePtr& input : move_.inputs) own.push_back(input->block(p));
  });
  return blocks;
}

}  // namespace millrace::core
