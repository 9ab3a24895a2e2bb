#pragma once

#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

class Checkpoint;
class Engine;
class Node;
struct StoredForm;
struct StoredSize;
using EnginePtr = std::shared_ptr<Engine>;
using NodePtr = std::shared_ptr<Node>;

/// One operator of an RDD's recipe: how to read a partition, from which parents. Edges point to parents only. A node is
/// immutable but for what it stores, and may be read by several tasks at once.
///
/// A program that makes each batch's RDD of the one before has a recipe that grows for ever, so a node lets go of parents
/// that nobody can ask it for again: a shuffle once it is written (see shuffleNode), a cached node once all its partitions
/// are stored and only nodes made of it hold it. As long as the program can reach a cached node it keeps its parents: after
/// unpersist() it is made of them again.
class Node : public std::enable_shared_from_this<Node> {
 public:
  Node(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, int partitions,
       PartitionerPtr partitioner = nullptr);
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  Engine& engine() const { return *engine_; }
  const EnginePtr& enginePtr() const { return engine_; }
  const OperatorPtr& info() const { return info_; }
  /// Its number among the nodes of the engine, from 0, in the order in which they were made.
  int id() const { return id_; }
  /// For the node itself, and for whoever knows that it needs its parents.
  const std::vector<NodePtr>& parents() const { return parents_; }
  /// The parents, but for those that it has let go of. Safe while others read it.
  std::vector<NodePtr> parentsHeld() const;
  int partitions() const { return partitions_; }
  /// How the keys are spread over the partitions, or null where that is not known.
  const PartitionerPtr& partitioner() const { return partitioner_; }

  /// Runs the shuffles that reading this node needs, unless all its partitions are stored. Called by the thread that
  /// runs a job, before its tasks. Each ancestor is visited once, however many ways lead to it, and a graph may be
  /// deep. A task reads all operators since the last shuffle or stored partition inside of each other: where these are
  /// more than fit, RDDs on the way that are to be cached are stored first; SparkException, with the cure, if there is
  /// none.
  void prepare();
  /// A reader of one partition, through the cache.
  ReaderPtr read(int partition);
  /// The stored partition of a node that keeps typed blocks (a shuffle, a window), for operators that know its type;
  /// null for all others.
  virtual BlockPtr block(int partition);
  /// How many records a stored partition has, where that is known without reading them; else 0.
  virtual std::size_t storedRecords(int partition);

  /// True if what it reads of its parents goes through a shuffle.
  virtual bool isShuffle() const { return false; }
  /// The name that the user gave; empty if none.
  std::string name() const;
  void setName(std::string name);

  /// Called when a function of the user keeps an RDD beyond its batch: pinSelf of this node and of each ancestor, once.
  void pin();

  /// Caches each partition when it is first read. Asking again for the same level does nothing; for another one it
  /// throws Unsupported. Where the form has no bytes, all levels are MEMORY_ONLY.
  void persist(StorageLevel level, const StoredForm& form, IfFull ifFull = IfFull::kCompute);
  void unpersist();
  StorageLevel storageLevel() const;
  /// Stores all its partitions. It must be cached.
  void storeAll();

  /// After the first job that reads it from now on, its partitions are written, and the checkpoint takes its parents' place.
  /// Does nothing if there is one already.
  void markForCheckpoint(std::unique_ptr<Checkpoint> checkpoint);
  bool isCheckpointed() const;
  /// The checkpoint's directory once it is written; empty if there is none.
  std::string checkpointDirectory() const;
  /// Writes the checkpoints that this node and its ancestors are marked for, but not those of what a checkpointed node was
  /// made of. Called after each job.
  void writeCheckpoints();
  /// What of it is cached now, by partition; nothing if it is not to be cached.
  std::vector<StoredSize> storedSizes() const;

 protected:
  virtual ReaderPtr compute(int partition) = 0;

  /// True if reading needs nothing of the parents any more.
  virtual bool isReady() const;
  /// Does what must be done before tasks read this node. All parents are prepared then.
  virtual void prepareSelf() {}
  /// An RDD that shows the tables of a window or a state holds on to them from now on: the next batch changes a copy.
  virtual void pinSelf() {}

  /// Lets go of the parents, which nobody needs any more: no thread uses parents() from here on.
  void letGoOfParents();
  /// Drops nodes, and what only they hold, without recursion: a chain of them may be of any length. For destructors.
  static void drop(std::vector<NodePtr> nodes);

 private:
  friend class CachedNodes;
  struct Cache;
  struct Marked;
  struct Settings;
  std::shared_ptr<Cache> cache() const;
  std::shared_ptr<Cache> cacheToRead() const;
  /// Lets go of the parents if it is stored and can be reached through its children only. False if that may be so later.
  bool settle();
  ReaderPtr make(int partition);
  bool writeOwnCheckpoint();

  const EnginePtr engine_;
  const OperatorPtr info_;
  const int id_;
  std::vector<NodePtr> parents_;      // constant until it lets go of them, under the lock of the settings
  std::atomic<long> childEdges_ = 0;  // of all that hold this node, those that are a child's
  const int partitions_;
  const PartitionerPtr partitioner_;
  const std::shared_ptr<Settings> settings_;
};

/// Opens a reader on a block and keeps the block alive with it.
ReaderPtr openBlock(BlockPtr block);

}  // namespace millrace::core
