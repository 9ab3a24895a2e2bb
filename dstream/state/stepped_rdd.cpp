#include <millrace/base/error.hpp>
#include <millrace/dstream/state/owed_batches.hpp>
#include <millrace/dstream/state/stepped_rdd.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace::core {

SteppedRdd::SteppedRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<SteppedState> state,
                       const PartitionerPtr& partitioner, bool showsPartitioner, Step step, bool kept)
    : Node(std::move(engine), std::move(info), {}, partitioner->partitions(),
           showsPartitioner ? partitioner : nullptr),
      state_(std::move(state)),
      step_(std::move(step)),
      kept_(kept) {}

SteppedRdd::~SteppedRdd() {
  step_.inputs.push_back(std::move(step_.previous));
  drop(std::move(step_.inputs));
}

void SteppedRdd::prepareSelf() {
  if (!done_) {  // else no lock: one that is being made asks the one before
    MutexLock lock(state_->making);
    std::vector<SteppedRdd*> ahead;
    for (SteppedRdd* at = this; at != nullptr && !at->done_; at = at->step_.previous.get())
      ahead.push_back(at);
    const bool mayWait = ahead.size() <= kMostOwed;
    for (; !ahead.empty(); ahead.pop_back()) ahead.back()->makeOrFail(mayWait);
  }
  if (failure_) std::rethrow_exception(failure_);
}

void SteppedRdd::makeOrFail(bool mayWait) {
  const SteppedRdd* previous = step_.previous.get();
  if (previous != nullptr && previous->failure_) {
    failure_ = previous->failure_;
  } else {
    try {
      make();
    } catch (...) {
      if (!functionThrew_ && mayWait) throw;
      failure_ = functionThrew_ ? std::current_exception() : tooMuchOwed(*info(), std::current_exception());
    }
  }
  if (step_.previous) step_.previous->letGo();
  step_ = {};
  done_ = true;
}

void SteppedRdd::pinSelf() {
  MutexLock lock(showing_);
  kept_ = true;
}

BlockPtr SteppedRdd::block(int partition) {
  MutexLock lock(showing_);
  if (blocks_.empty())
    throw IllegalState("the RDD of " + info()->describe() +
                       " has moved on: persist() the stream to read it after the next batch");
  return blocks_[static_cast<std::size_t>(partition)];
}

void SteppedRdd::make() {
  for (const NodePtr& input : step_.inputs) input->prepare();
  std::vector<BlockPtr> made(static_cast<std::size_t>(partitions()));
  engine().runTasksOnce(*info(), allOf(*this), [&](int p) {
    std::vector<BlockPtr> blocks;
    for (const NodePtr& input : step_.inputs) blocks.push_back(input->block(p));
    inOperator(info(), [&] {
      try {
        made[static_cast<std::size_t>(p)] = step_.apply(blocks);
      } catch (...) {
        functionThrew_ = true;
        throw;
      }
    });
  });
  MutexLock lock(showing_);
  blocks_ = std::move(made);
}

void SteppedRdd::letGo() {
  MutexLock lock(showing_);
  if (!kept_) blocks_.clear();
}

}  // namespace millrace::core
