#include <millrace/base/error.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/rdd/core/engine.hpp>

#include <utility>

namespace millrace::core {

MovingRdd::MovingRdd(EnginePtr engine, OperatorPtr info, Time time, std::shared_ptr<MovingState> state,
                     PartitionerPtr partitioner, Move move, bool kept)
    : Node(std::move(engine), std::move(info), {}, partitioner->partitions(), partitioner),
      time_(time),
      state_(std::move(state)),
      move_(std::move(move)),
      kept_(kept) {}

void MovingRdd::prepare() {
  std::lock_guard lock(state_->mutex);
  advance();
}

void MovingRdd::pin() {
  std::lock_guard lock(state_->mutex);
  kept_ = true;
  if (state_->at == time_) copyAll();
}

BlockPtr MovingRdd::result(int partition) const { return results_[static_cast<std::size_t>(partition)]; }

ReaderPtr MovingRdd::compute(int partition) {
  std::lock_guard lock(state_->mutex);
  if (!copies_.empty()) return openBlock(copies_[static_cast<std::size_t>(partition)]);
  if (state_->at != time_)
    throw IllegalState("the state of " + info()->describe() +
                       " has moved on: persist() the stream to read the RDD of an earlier batch");
  return state_->tables->read(partition);
}

void MovingRdd::advance() {
  if (done_) return;
  if (state_->failure) std::rethrow_exception(state_->failure);
  if (move_.previous) move_.previous->advance();
  for (const NodePtr& input : move_.inputs) input->prepare();
  std::vector<std::vector<BlockPtr>> blocks(static_cast<std::size_t>(partitions()));
  engine().runTasks(allOf(*this), [&](int p) {
    for (const NodePtr& input : move_.inputs) blocks[static_cast<std::size_t>(p)].push_back(input->block(p));
  });
  results_.resize(blocks.size());
  try {
    engine().runTasks(allOf(*this), [&](int p) {
      auto i = static_cast<std::size_t>(p);
      inOperator(info(), [&] { results_[i] = move_.apply(p, blocks[i]); });
    });
  } catch (...) {
    state_->failure = std::current_exception();
    throw;
  }
  done_ = true;
  move_ = {};
  state_->at = time_;
  if (kept_) copyAll();
}

void MovingRdd::copyAll() {
  if (!copies_.empty()) return;
  for (int p = 0; p < partitions(); ++p) copies_.push_back(state_->tables->copy(p));
}

}  // namespace millrace::core
