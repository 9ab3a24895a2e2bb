#include <millrace/dstream/state/moving_stream.hpp>

#include <utility>

namespace millrace::core {

MovingStream::MovingStream(const std::string& kind, const StreamPtr& parent, Duration slide,
                           std::unique_ptr<MovingTables> tables, PartitionerPtr partitioner,
                           bool showsPartitioner)
    : StreamNode(kind, {parent}, slide),
      state_(std::make_shared<MovingState>(std::move(tables))),
      partitioner_(std::move(partitioner)),
      showsPartitioner_(showsPartitioner) {}

std::shared_ptr<MovingRdd> MovingStream::moveTo(Time time, MovingRdd::Move move, bool isAskedFor) {
  const bool kept = isAskedFor || graph()->isConcurrent();
  move.previous = last_;
  last_ = std::make_shared<MovingRdd>(graph()->engine(), info(), state_, partitioner_, showsPartitioner_,
                                      std::move(move), kept || isReadEarly());
  if (isReadEarly() && !kept) keptForBatch_.emplace(time, last_);
  return last_;
}

void MovingStream::clearMetadata(Time time, bool unpersist) {
  while (!keptForBatch_.empty() && keptForBatch_.begin()->first <= time) {
    if (auto rdd = keptForBatch_.begin()->second.lock()) rdd->unkeep();
    keptForBatch_.erase(keptForBatch_.begin());
  }
  StreamNode::clearMetadata(time, unpersist);
}

}  // namespace millrace::core
