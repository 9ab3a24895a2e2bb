#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/moving_stream.hpp>

#include <utility>

namespace millrace::core {

MovingStream::MovingStream(const std::string& kind, const StreamPtr& parent, Duration slide,
                           std::shared_ptr<MovingTables> tables, PartitionerPtr partitioner,
                           bool showsPartitioner)
    : StreamNode(kind, {parent}, slide),
      state_(std::make_shared<MovingState>(std::move(tables))),
      partitioner_(std::move(partitioner)),
      showsPartitioner_(showsPartitioner) {}

std::shared_ptr<MovingRdd> MovingStream::moveTo(Time time, MovingRdd::Move move, bool isAskedFor) {
  move.previous = last_;
  begun_ = true;
  last_ =
      std::make_shared<MovingRdd>(engine(), info(), state_, partitioner_, showsPartitioner_, std::move(move));
  if (isAskedFor || graph()->isConcurrent()) {
    last_->keep();
  } else if (isReadEarly()) {
    untilDone_.emplace(time, last_->lease());
  }
  return last_;
}

NodePtr MovingStream::takeUnread() {
  const auto watched = std::exchange(watched_, last_).lock();
  return watched && !watched->isDone() ? last_ : nullptr;
}

/// Whether there is anything yet, then table after table.
void MovingStream::snapshot(Time, ByteWriter& to) {
  to.raw(begun_);
  if (!begun_) return;
  if (last_) last_->prepare();
  MutexLock lock(state_->moving);
  to.varint(static_cast<std::uint64_t>(partitioner_->partitions()));
  for (int p = 0; p < partitioner_->partitions(); ++p) state_->tables->write(p, to);
}

void MovingStream::restore(Time time, ByteReader& from) {
  resumeAfter(time);
  begun_ = from.raw<bool>();
  if (!begun_) return;
  if (from.varint() != static_cast<std::uint64_t>(partitioner_->partitions()))
    throw IllegalArgument(
        "the state of " + info()->describe() +
        " was kept in another number of partitions: keep it, or begin without the snapshot");
  for (int p = 0; p < partitioner_->partitions(); ++p) state_->tables->read(p, from);
}

void MovingStream::clearMetadata(Time time, bool unpersist) {
  untilDone_.erase(untilDone_.begin(), untilDone_.upper_bound(time));
  StreamNode::clearMetadata(time, unpersist);
}

}  // namespace millrace::core
