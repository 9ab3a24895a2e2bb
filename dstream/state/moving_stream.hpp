#pragma once

#include <millrace/dstream/core/cuts.hpp>
#include <millrace/dstream/core/joined_delta.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace millrace::core {

/// A stream that keeps tables over batches, which each of its RDDs changes in place.
///
/// What a restart needs of it are the entries of its tables and the time to which they have moved. Tables that recover after a
/// failure (those of a window without an inverse) are built from the window's batches after a restart too; a window keeps these
/// beside, see KeptBatches.
class MovingStream : public StreamNode {
 public:
  void clearMetadata(Time time, bool unpersist) override;
  bool keepsState() const override { return true; }
  /// A parent's RDDs are held by the moves that need them, so checkpoints ask for none.
  Duration parentRememberDuration() const override { return askedDuration(); }
  NodePtr takeUnread() override;
  void validate() const override;
  std::string stateType() const override { return state_->tables->entryType(); }
  void cutAt(Time time, Cuts& cuts) override;

 protected:
  MovingStream(const std::string& kind, const StreamPtr& parent, Duration slide,
               std::shared_ptr<MovingTables> tables, PartitionerPtr partitioner,
               bool showsPartitioner = true);

  /// Makes the RDD of `time`, whose `previous` is the one made last. Whoever may read it after the next batch has a lease of
  /// it: for good if the RDD is asked for later (`isAskedFor`) or jobs of several batches run at once, and until the batch is
  /// done if the stream is read early.
  std::shared_ptr<MovingRdd> moveTo(Time time, MovingRdd::Move move, bool isAskedFor);
  /// The RDD made last; null if there is none.
  const std::shared_ptr<MovingRdd>& last() const { return last_; }
  /// Gives what takes the changes, up to the cut of `time`, of the batches that a window has to keep.
  virtual std::function<StateDeltaPtr()> batchesAt(Time time);
  void restoreState(const StateDelta& kept) override;
  /// Takes over an entry that was kept. Those of the tables come to the tables.
  virtual void restoreEntry(KeptKind kind, std::string_view key, std::string_view value);
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
  std::shared_ptr<TableCut> cut_;     // that goes through behind the last one; null if none does
  std::weak_ptr<MovingRdd> watched_;  // the last one when takeUnread was called
  std::map<Time, Lease> untilDone_;   // by batch
};

}  // namespace millrace::core
