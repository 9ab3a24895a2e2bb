#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/moving_stream.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::core {

MovingStream::MovingStream(const std::string& kind, const StreamPtr& parent, Duration slide,
                           std::shared_ptr<MovingTables> tables, PartitionerPtr partitioner,
                           bool showsPartitioner)
    : StreamNode(kind, {parent}, slide),
      state_(std::make_shared<MovingState>(std::move(tables), engine()->liveMemory())),
      partitioner_(std::move(partitioner)),
      showsPartitioner_(showsPartitioner) {}

std::shared_ptr<MovingRdd> MovingStream::moveTo(Time time, MovingRdd::Move move, bool isAskedFor) {
  move.previous = last_;
  move.cut = std::exchange(cut_, nullptr);
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

void MovingStream::validate() const {
  StreamNode::validate();
  if (graph()->cuts()) state_->tables->requireCodecs();
}

/// A cut goes through behind the last RDD, whether its turn has come or not.
void MovingStream::cutAt(Time time, Cuts& cuts) {
  makeUpTo(time);
  std::shared_ptr<TableCut> tables;
  if (!state_->tables->recovers() && !cut_) {
    cut_ = std::make_shared<TableCut>(engine(), info(), state_, partitioner_->partitions());
    tables = cut_;
  }
  std::optional<Time> movedTo;
  if (begun_) movedTo = timeBefore();
  auto take = [info = info(), state = state_, last = last_, tables, batches = batchesAt(time),
               movedTo](std::vector<StatePart>& parts) {
    if (tables) {
      if (last) last->prepare();
      MutexLock lock(state->moving);
      tables->take();
    }
    const auto changesOf = [&](std::size_t p) { return tables ? tables->changes()[p] : nullptr; };
    if (StateDeltaPtr first = joinedDelta(changesOf(0), batches(), movedTo))
      parts.push_back({info, 0, std::move(first)});
    for (std::size_t p = 1; tables && p < tables->changes().size(); ++p) {
      if (StateDeltaPtr more = joinedDelta(changesOf(p), nullptr, std::nullopt))
        parts.push_back({info, static_cast<int>(p), std::move(more)});
    }
  };
  cuts.add(time, std::move(take));
}

std::function<StateDeltaPtr()> MovingStream::batchesAt(Time) {
  return [] { return nullptr; };
}

void MovingStream::restoreState(const StateDelta& kept) {
  state_->tables->reserve(kept.changes());
  readKept(kept, [&](KeptKind kind, std::string_view key, std::string_view value) {
    restoreEntry(kind, key, value);
  });
}

void MovingStream::restoreEntry(KeptKind kind, std::string_view key, std::string_view value) {
  if (kind == KeptKind::kTable) state_->tables->put(key, value);
  if (kind == KeptKind::kTime) {
    begun_ = true;
    skipTo(readTime(value));
  }
}

void MovingStream::clearMetadata(Time time, bool unpersist) {
  untilDone_.erase(untilDone_.begin(), untilDone_.upper_bound(time));
  StreamNode::clearMetadata(time, unpersist);
}

}  // namespace millrace::core
