#include <millrace/base/error.hpp>
#include <millrace/dstream/state/stepped_rdd.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace::core {

SteppedRdd::SteppedRdd(EnginePtr engine, OperatorPtr info, const PartitionerPtr& partitioner,
                       bool showsPartitioner, Step step, bool kept)
    : Node(std::move(engine), std::move(info), {}, partitioner->partitions(),
           showsPartitioner ? partitioner : nullptr),
      step_(std::move(step)),
      kept_(kept) {}

SteppedRdd::~SteppedRdd() {
  MutexLock lock(making_);
  step_.inputs.push_back(std::move(step_.previous));
  drop(std::move(step_.inputs));
}

void SteppedRdd::prepareSelf() {
  std::vector<std::shared_ptr<SteppedRdd>> ahead;
  for (auto at = before(); at != nullptr; at = at->before()) ahead.push_back(at);
  for (; !ahead.empty(); ahead.pop_back()) ahead.back()->takeStep();
  takeStep();
}

std::shared_ptr<SteppedRdd> SteppedRdd::before() {
  MutexLock lock(making_);
  return step_.previous;
}

void SteppedRdd::takeStep() {
  MutexLock lock(making_);
  if (done_) return;
  make(step_);
  done_ = true;
  if (step_.previous) step_.previous->letGo();
  step_ = {};
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

void SteppedRdd::make(const Step& step) {
  for (const NodePtr& input : step.inputs) input->prepare();
  std::vector<BlockPtr> made(static_cast<std::size_t>(partitions()));
  engine().runTasks(allOf(*this), [&](int p) {
    std::vector<BlockPtr> blocks;
    for (const NodePtr& input : step.inputs) blocks.push_back(input->block(p));
    inOperator(info(), [&] { made[static_cast<std::size_t>(p)] = step.apply(blocks); });
  });
  MutexLock lock(showing_);
  blocks_ = std::move(made);
}

void SteppedRdd::letGo() {
  MutexLock lock(showing_);
  if (!kept_) blocks_.clear();
}

}  // namespace millrace::core
