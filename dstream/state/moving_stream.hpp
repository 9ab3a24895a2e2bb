#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>

#include <map>
#include <memory>
#include <string>

namespace millrace::core {

/// A stream that keeps tables over batches, which each of its RDDs changes in place.
class MovingStream : public StreamNode {
 public:
  void clearMetadata(Time time, bool unpersist) override;
  bool keepsState() const override { return true; }
  /// A parent's RDDs are held by the moves that need them, so checkpoints ask for none.
  Duration parentRememberDuration() const override { return askedDuration(); }
  NodePtr takeUnread() override;
  void snapshot(Time time, ByteWriter& to) override;
  void restore(Time time, ByteReader& from) override;

 protected:
  MovingStream(const std::string& kind, const StreamPtr& parent, Duration slide,
               std::shared_ptr<MovingTables> tables, PartitionerPtr partitioner,
               bool showsPartitioner = true);

  /// Makes the RDD of `time`, whose `previous` is the one made last. `isAskedFor`: others than this stream's own
  /// children may read it after the next batch, so it is kept.
  std::shared_ptr<MovingRdd> moveTo(Time time, MovingRdd::Move move, bool isAskedFor);
  /// True once this stream has made an RDD, or was restored from a run in which it had.
  bool hasBegun() const { return begun_; }
  const std::shared_ptr<MovingState>& state() const { return state_; }
  const PartitionerPtr& partitioner() const { return partitioner_; }

 private:
  const std::shared_ptr<MovingState> state_;
  const PartitionerPtr partitioner_;
  const bool showsPartitioner_;
  bool begun_ = false;
  std::shared_ptr<MovingRdd> last_;
  std::weak_ptr<MovingRdd> watched_;  // the last one when takeUnread was called
  std::map<Time, std::weak_ptr<MovingRdd>> keptForBatch_;
};

}  // namespace millrace::core
