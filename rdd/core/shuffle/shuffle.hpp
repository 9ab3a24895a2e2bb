#pragma once

#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <memory>
#include <vector>

namespace millrace::core {

struct Spilling;

/// What one map task wrote for one output partition.
struct ShuffleFile {
  virtual ~ShuffleFile() = default;
  /// Memory held. Asked for once, before the other files of its task go.
  virtual std::size_t bytes() const = 0;
};
using ShuffleFilePtr = std::unique_ptr<ShuffleFile>;

/// The file of a task that writes for one partition only.
std::vector<ShuffleFilePtr> onlyFile(ShuffleFilePtr file);

/// The map side of a shuffle, one per task.
struct ShuffleWriter {
  virtual ~ShuffleWriter() = default;
  /// Takes the reader's next chunk; false if there is none.
  virtual bool take(ReaderBase& input) = 0;
  /// The memory of what was taken, with what `finish` will need. Cheap: asked for after each chunk.
  virtual std::size_t bytes() const = 0;
  /// One file per output partition, null where there is nothing for it. The writer begins anew.
  virtual std::vector<ShuffleFilePtr> finish() = 0;

  /// Takes all that the reader has; may be called again.
  void drain(ReaderBase& input) {
    while (take(input)) {
    }
  }
};

/// The reduce side, one per output partition. The files of a side are added in the order of its map tasks.
struct ShuffleMerger {
  virtual ~ShuffleMerger() = default;
  virtual void add(int side, ShuffleFilePtr file) = 0;
  /// The memory of what was added, with what `finish` will need.
  virtual std::size_t bytes() const = 0;
  virtual BlockPtr finish() = 0;
};

/// The typed work of a wide operator behind virtual calls per task; batches and long-lived graphs use the same.
/// Immutable but for hints.
struct ShuffleSpec {
  virtual ~ShuffleSpec() = default;
  virtual std::unique_ptr<ShuffleWriter> writer(int side, int outputs) const = 0;
  virtual std::unique_ptr<ShuffleMerger> merger() const = 0;
  /// True if files take less room once merged, so that those of many map tasks should not be kept until all are done.
  /// Such a shuffle has one side.
  virtual bool shrinksByMerging() const { return false; }
  /// How what memory has no room for goes to the disk; null if all stays in memory. As long as the spec lives.
  virtual const Spilling* spilling() const { return nullptr; }
};
using ShuffleSpecPtr = std::shared_ptr<const ShuffleSpec>;

/// Sends records on to partitions as they come, for a graph that never ends.
struct ChunkPartitioner {
  virtual ~ChunkPartitioner() = default;
  /// Takes the next chunk and sets one block per output, null where there is nothing for it. False if there is no chunk for
  /// now.
  virtual bool next(ReaderBase& input, std::vector<BlockPtr>& outputs) = 0;
};

/// A shuffle that moves records as they are, so that none has to wait for others.
struct ExchangeSpec : ShuffleSpec {
  virtual std::unique_ptr<ChunkPartitioner> chunkPartitioner(int outputs) const = 0;
};
using ExchangeSpecPtr = std::shared_ptr<const ExchangeSpec>;

/// The node of a wide operator, spread by key: as many outputs as the partitioner has. `prepare` runs the map tasks of all
/// sides, the first reader of a partition merges it. The result partitions are blocks of the spec's own type, kept as long
/// as the node: what it was made of is let go of when nothing reads it any more, which is when the map tasks have run.
///
/// Where the memory budget has no room for what the map tasks hold, all of it goes to the disk, and each partition is read
/// from there; so does a partition whose merging has no room. `Node::block` gives a partition in memory even so.
///
/// A side whose keys are spread by the partitioner already is not shuffled: its partition is read where it is merged. Then
/// the parents stay until the last partition is merged.
NodePtr shuffleNode(OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
                    PartitionerPtr partitioner);

/// The same for files that a long-lived graph has written already, task by task.
NodePtr writtenShuffleNode(EnginePtr engine, OperatorPtr info, ShuffleSpecPtr spec,
                           PartitionerPtr partitioner, std::vector<std::vector<ShuffleFilePtr>> tasks);

/// A shuffle that spreads records without regard to keys. IllegalArgument below 1 output.
NodePtr exchangeNode(OperatorPtr info, NodePtr parent, ShuffleSpecPtr spec, int outputs);

/// The partitioner of a keyed result when the user does not say: the parents' one with most partitions, if these are
/// more than a tenth of the largest parent's or not fewer than the default; else by hash, into
/// spark.default.parallelism partitions if that is set, else as many as the largest parent has. (Spark's default
/// partitioner for RDDs)
PartitionerPtr defaultPartitioner(const std::vector<NodePtr>& parents);

}  // namespace millrace::core
