#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/rdd/core/graph/block_slot.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/shuffle/map_files.hpp>
#include <millrace/rdd/core/shuffle/merge_ahead.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

/// From so many map tasks on, keeping what all of them wrote costs more memory than merging it meanwhile costs time.
constexpr int kManyTasks = 32;

/// What the map tasks of a side wrote, in their order; merged already where that was worth it.
struct WrittenSide {
  std::vector<MapFiles> tasks;
  std::vector<std::unique_ptr<ShuffleMerger>> mergers;
  std::vector<std::unique_ptr<MemoryClaim>> claims;  // for what is in memory

  bool isSpilled() const {
    return std::ranges::any_of(tasks, [](const MapFiles& task) { return !task.spilled.empty(); });
  }
};

class ShuffleNode final : public Node {
 public:
  ShuffleNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
              int outputs, PartitionerPtr partitioner);

  void setWritten(std::vector<std::vector<ShuffleFilePtr>> tasks);

  bool isShuffle() const override { return true; }
  BlockPtr block(int partition) override;
  std::size_t storedRecords(int partition) override { return stored(partition)->records(); }

 protected:
  ReaderPtr compute(int partition) override { return openBlock(stored(partition)); }
  bool isReady() const override;
  void prepareSelf() override;

 private:
  struct Output {
    explicit Output(MemoryBudget& memory) : claim(memory, nullptr) {}

    BlockSlot stored;
    BlockSlot inMemory;  // where the stored one is on the disk, and somebody asks for another
    std::unique_ptr<ShuffleMerger> merger;  // has got what was written before the files, if anything
    std::vector<std::pair<int, ShuffleFilePtr>> files;
    std::vector<SpilledPartition::Part> spilled;
    MemoryClaim claim;
    std::exception_ptr failure;
  };
  bool anyInPlace() const { return std::ranges::find(inPlace_, true) != inPlace_.end(); }
  MapSide mapSide(int outputs) const { return {*spec_, home_, buckets_, outputs}; }
  Output& output(int partition) { return outputs_[static_cast<std::size_t>(partition)]; }

  void write() MILLRACE_REQUIRES(writing_);
  WrittenSide writeSide(int side, Node& parent) const;
  WrittenSide writeAndMergeAhead(int side, Node& parent) const;
  void spill(int side, WrittenSide& written) const;
  void take(int side, WrittenSide written) MILLRACE_REQUIRES(writing_);
  void take(int side, std::vector<ShuffleFilePtr> files) MILLRACE_REQUIRES(writing_);

  BlockPtr stored(int partition);
  BlockPtr merge(int partition);
  void readInPlace(std::size_t side, int partition);
  BlockPtr mergeInMemory(Output& output);
  BlockPtr mergeOnDisk(Output& output);
  BlockPtr load(Output& output);

  const ShuffleSpecPtr spec_;
  const SpillHomePtr home_;
  const SpillBuckets buckets_;
  std::vector<bool> inPlace_;  // by side
  Mutex writing_;
  std::atomic<bool> written_ = false;
  std::atomic<std::size_t> unmerged_;
  std::deque<Output> outputs_;
};

ShuffleNode::ShuffleNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
                         int outputs, PartitionerPtr partitioner)
    : Node(std::move(engine), std::move(info), std::move(sides), outputs, std::move(partitioner)),
      spec_(std::move(spec)),
      home_(std::make_shared<const SpillHome>(this->info(), this->engine().sharedMemory(),
                                              this->engine().localFiles(), this->engine().threads())),
      buckets_{spec_->spilling() == nullptr ? 1 : spec_->spilling()->buckets(outputs), 0},
      unmerged_(static_cast<std::size_t>(partitions())) {
  for (int p = 0; p < partitions(); ++p) outputs_.emplace_back(home_->memory());
  for (const NodePtr& side : parents())
    inPlace_.push_back(samePartitioner(side->partitioner(), this->partitioner()));
}

bool ShuffleNode::isReady() const {
  if (Node::isReady()) return true;
  if (!written_) return false;
  return !anyInPlace() ||
         std::ranges::all_of(outputs_, [](const Output& output) { return output.stored.isFilled(); });
}

void ShuffleNode::prepareSelf() {
  MutexLock lock(writing_);
  if (written_) return;
  write();
  written_ = true;
  if (!anyInPlace()) letGoOfParents();
}

/// Either all that the map tasks wrote stays in memory, or all of it is on the disk: then memory is free for merging.
void ShuffleNode::write() {
  std::vector<WrittenSide> written(parents().size());
  bool isSpilled = false;
  for (std::size_t side = 0; side < written.size(); ++side) {
    if (inPlace_[side]) continue;
    Node& parent = *parents()[side];
    const bool mergesAhead = spec_->shrinksByMerging() && parent.partitions() >= kManyTasks;
    written[side] = mergesAhead ? writeAndMergeAhead(static_cast<int>(side), parent)
                                : writeSide(static_cast<int>(side), parent);
    isSpilled = isSpilled || written[side].isSpilled();
  }
  for (std::size_t side = 0; isSpilled && side < written.size(); ++side)
    spill(static_cast<int>(side), written[side]);
  for (std::size_t side = 0; side < written.size(); ++side)
    take(static_cast<int>(side), std::move(written[side]));
}

WrittenSide ShuffleNode::writeSide(int side, Node& parent) const {
  const MapSide map = mapSide(partitions());
  WrittenSide written;
  written.tasks.resize(static_cast<std::size_t>(parent.partitions()));
  written.claims.resize(written.tasks.size());
  engine().runTasks(*info(), allOf(parent), [&](int partition) {
    const auto task = static_cast<std::size_t>(partition);
    auto claim = std::make_unique<MemoryClaim>(home_->memory(), nullptr);
    written.tasks[task] =
        inOperator(info(), [&] { return writeMapFiles(map, side, *parent.read(partition), *claim); });
    written.claims[task] = std::move(claim);
  });
  return written;
}

WrittenSide ShuffleNode::writeAndMergeAhead(int side, Node& parent) const {
  const MapSide map = mapSide(partitions());
  MergeAhead ahead(map, side, static_cast<std::size_t>(parent.partitions()));
  engine().runTasks(*info(), allOf(parent), [&](int partition) {
    auto claim = std::make_unique<MemoryClaim>(home_->memory(), nullptr);
    inOperator(info(), [&] {
      auto files = writeMapFiles(map, side, *parent.read(partition), *claim);
      ahead.add(static_cast<std::size_t>(partition), std::move(files), std::move(claim));
    });
  });
  auto [spilled, mergers] = ahead.finish();
  WrittenSide written;
  written.tasks.push_back({std::move(spilled), {}});
  written.mergers = std::move(mergers);
  return written;
}

void ShuffleNode::spill(int side, WrittenSide& written) const {
  std::vector<int> inMemory;
  for (std::size_t task = 0; task < written.tasks.size(); ++task) {
    if (!written.tasks[task].files.empty()) inMemory.push_back(static_cast<int>(task));
  }
  engine().runTasksOnce(*info(), inMemory, [&](int number) {
    const auto task = static_cast<std::size_t>(number);
    auto& [spilled, files] = written.tasks[task];
    spilled.push_back(spillFiles(mapSide(partitions()), side, std::exchange(files, {})));
    written.claims[task].reset();
  });
}

void ShuffleNode::take(int side, WrittenSide written) {
  for (std::size_t p = 0; p < written.mergers.size(); ++p) {
    outputs_[p].claim.set(written.mergers[p]->bytes());
    outputs_[p].merger = std::move(written.mergers[p]);
  }
  for (auto& [spilled, files] : written.tasks) {
    for (const SpillFilePtr& file : spilled) {
      for (std::size_t p = 0; p < outputs_.size(); ++p)
        outputs_[p].spilled.push_back({side, file, p * buckets_.count});
    }
    for (std::size_t p = 0; p < files.size(); ++p) {
      MemoryClaim& claim = outputs_[p].claim;
      if (files[p]) claim.set(claim.bytes() + files[p]->bytes());
    }
    if (!files.empty()) take(side, std::move(files));
  }
}

void ShuffleNode::take(int side, std::vector<ShuffleFilePtr> files) {
  for (std::size_t p = 0; p < outputs_.size(); ++p) {
    if (files[p]) outputs_[p].files.emplace_back(side, std::move(files[p]));
  }
}

void ShuffleNode::setWritten(std::vector<std::vector<ShuffleFilePtr>> tasks) {
  MutexLock lock(writing_);
  for (auto& files : tasks) take(0, std::move(files));
  written_ = true;
}

BlockPtr ShuffleNode::stored(int partition) {
  if (!written_) prepare();
  return output(partition).stored.get([&] { return merge(partition); });
}

BlockPtr ShuffleNode::block(int partition) {
  BlockPtr block = stored(partition);
  Output& from = output(partition);
  if (from.spilled.empty()) return block;
  return from.inMemory.get([&] { return load(from); });
}

BlockPtr ShuffleNode::merge(int partition) {
  Output& output = this->output(partition);
  if (output.failure) std::rethrow_exception(output.failure);
  const InterruptScope uninterrupted(nullptr);  // other jobs may wait for it, and it cannot begin anew
  ScopeExit merged([&] {
    if (--unmerged_ == 0 && anyInPlace()) letGoOfParents();
  });
  try {
    return inOperator(info(), [&] {
      for (std::size_t side = 0; side < inPlace_.size(); ++side) readInPlace(side, partition);
      const bool staysInMemory =
          output.spilled.empty() &&
          (spec_->spilling() == nullptr || home_->fits(output.claim, 2 * output.claim.bytes()));
      return staysInMemory ? mergeInMemory(output) : mergeOnDisk(output);
    });
  } catch (...) {
    output.failure = std::current_exception();
    throw;
  }
}

void ShuffleNode::readInPlace(std::size_t side, int partition) {
  if (!inPlace_[side]) return;
  Output& output = this->output(partition);
  MemoryClaim claim(home_->memory(), nullptr);
  auto [spilled, files] =
      writeMapFiles(mapSide(1), static_cast<int>(side), *parents()[side]->read(partition), claim);
  for (SpillFilePtr& file : spilled) output.spilled.push_back({static_cast<int>(side), std::move(file), 0});
  if (files.empty() || !files[0]) return;
  output.claim.set(output.claim.bytes() + files[0]->bytes());
  output.files.emplace_back(static_cast<int>(side), std::move(files[0]));
}

BlockPtr ShuffleNode::mergeInMemory(Output& output) {
  auto merger = output.merger ? std::move(output.merger) : spec_->merger();
  for (auto& [side, file] : output.files) merger->add(side, std::move(file));
  output.files.clear();
  BlockPtr block = merger->finish();
  output.claim.set(block->bytes());
  return block;
}

BlockPtr ShuffleNode::mergeOnDisk(Output& output) {
  const auto spill = [&](int side, ShuffleFilePtr file) {
    output.spilled.push_back({side, spillFiles(mapSide(1), side, onlyFile(std::move(file))), 0});
  };
  if (output.merger) spill(0, spec_->spilling()->asFile(*std::exchange(output.merger, nullptr)));
  for (auto& [side, file] : output.files) spill(side, std::move(file));
  output.files.clear();
  output.claim.set(0);
  return spec_->spilling()->open(spec_, {home_, buckets_, output.spilled});
}

/// Merges in memory what is on the disk, for whoever needs it whole.
BlockPtr ShuffleNode::load(Output& output) {
  return inOperator(info(), [&] {
    auto merger = spec_->merger();
    for (const auto& part : output.spilled) {
      for (std::size_t bucket = 0; bucket < buckets_.count; ++bucket) {
        for (SpillReader from(part.file, part.firstRun + bucket); from.next();)
          merger->add(part.side, spec_->spilling()->load(part.side, from));
      }
    }
    BlockPtr block = merger->finish();
    output.claim.set(block->bytes());
    return block;
  });
}

}  // namespace

std::vector<ShuffleFilePtr> onlyFile(ShuffleFilePtr file) {
  std::vector<ShuffleFilePtr> files;
  files.push_back(std::move(file));
  return files;
}

NodePtr shuffleNode(OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
                    PartitionerPtr partitioner) {
  int outputs = partitioner->partitions();
  EnginePtr engine = sides.front()->enginePtr();
  return std::make_shared<ShuffleNode>(std::move(engine), std::move(info), std::move(sides), std::move(spec),
                                       outputs, std::move(partitioner));
}

NodePtr writtenShuffleNode(EnginePtr engine, OperatorPtr info, ShuffleSpecPtr spec,
                           PartitionerPtr partitioner, std::vector<std::vector<ShuffleFilePtr>> tasks) {
  int outputs = partitioner->partitions();
  auto node = std::make_shared<ShuffleNode>(std::move(engine), std::move(info), std::vector<NodePtr>(),
                                            std::move(spec), outputs, std::move(partitioner));
  node->setWritten(std::move(tasks));
  return node;
}

NodePtr exchangeNode(OperatorPtr info, NodePtr parent, ShuffleSpecPtr spec, int outputs) {
  if (outputs < 1)
    throw IllegalArgument(info->describe() + " into " + std::to_string(outputs) +
                          " partitions: give at least 1");
  EnginePtr engine = parent->enginePtr();
  std::vector<NodePtr> sides{std::move(parent)};
  return std::make_shared<ShuffleNode>(std::move(engine), std::move(info), std::move(sides), std::move(spec),
                                       outputs, nullptr);
}

PartitionerPtr defaultPartitioner(const std::vector<NodePtr>& parents) {
  PartitionerPtr widest;
  int most = 1;
  for (const NodePtr& parent : parents) {
    most = std::max(most, parent->partitions());
    const PartitionerPtr& own = parent->partitioner();
    if (own && (!widest || own->partitions() > widest->partitions())) widest = own;
  }
  const Engine& engine = parents.front()->engine();
  int partitions = engine.parallelismIsSet() ? engine.defaultParallelism() : most;
  if (widest && (most < 10 * widest->partitions() || partitions <= widest->partitions())) return widest;
  return hashPartitioner(partitions);
}

}  // namespace millrace::core
