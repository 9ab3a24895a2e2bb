#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/rdd/core/graph/block_slot.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

/// From so many map tasks on, keeping what all of them wrote costs more memory than merging it meanwhile costs time.
constexpr std::size_t kManyTasks = 32;

/// Merges what the map tasks of a side wrote while others still run, in the order of the tasks.
class MergeAhead {
 public:
  MergeAhead(std::vector<std::unique_ptr<ShuffleMerger>>& mergers, int side, std::size_t tasks)
      : mergers_(mergers), side_(side), written_(tasks) {}

  void add(std::size_t task, std::vector<ShuffleFilePtr> files) {
    MutexLock lock(mutex_);
    written_[task] = std::move(files);
    if (failure_) std::rethrow_exception(failure_);
    if (merging_) return;
    merging_ = true;
    while (next_ < written_.size() && !written_[next_].empty()) {
      auto next = std::move(written_[next_++]);
      lock.unlock();
      std::exception_ptr failure = merge(std::move(next));
      lock.lock();
      if (failure) std::rethrow_exception(failure_ = failure);
    }
    merging_ = false;
  }

 private:
  std::exception_ptr merge(std::vector<ShuffleFilePtr> files) noexcept {
    try {
      for (std::size_t p = 0; p < files.size(); ++p) {
        if (files[p]) mergers_[p]->add(side_, std::move(files[p]));
      }
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  std::vector<std::unique_ptr<ShuffleMerger>>& mergers_;
  const int side_;
  Mutex mutex_;
  std::vector<std::vector<ShuffleFilePtr>> written_ MILLRACE_GUARDED_BY(mutex_);
  std::size_t next_ MILLRACE_GUARDED_BY(mutex_) = 0;
  bool merging_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::exception_ptr failure_ MILLRACE_GUARDED_BY(mutex_);  // what is merged in part cannot be merged again
};

class ShuffleNode final : public Node {
 public:
  ShuffleNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
              int outputs, PartitionerPtr partitioner);

  void setWritten(std::vector<std::vector<ShuffleFilePtr>> tasks);

  bool isShuffle() const override { return true; }
  BlockPtr block(int partition) override;

 protected:
  ReaderPtr compute(int partition) override { return openBlock(block(partition)); }
  bool isReady() const override;
  void prepareSelf() override;

 private:
  struct Output {
    BlockSlot slot;
    std::unique_ptr<ShuffleMerger> merger;  // has got what was written before the files, if anything
    std::vector<std::pair<int, ShuffleFilePtr>> files;
    std::exception_ptr failure;
  };
  bool anyInPlace() const { return std::ranges::find(inPlace_, true) != inPlace_.end(); }
  void write() MILLRACE_REQUIRES(writing_);
  void take(int side, std::vector<ShuffleFilePtr> files) MILLRACE_REQUIRES(writing_);
  BlockPtr merge(int partition);
  void mergeSide(std::size_t side, int partition, ShuffleMerger& merger);

  const ShuffleSpecPtr spec_;
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
      unmerged_(static_cast<std::size_t>(partitions())),
      outputs_(static_cast<std::size_t>(partitions())) {
  for (const NodePtr& side : parents())
    inPlace_.push_back(samePartitioner(side->partitioner(), this->partitioner()));
}

bool ShuffleNode::isReady() const {
  if (Node::isReady()) return true;
  if (!written_) return false;
  return !anyInPlace() ||
         std::ranges::all_of(outputs_, [](const Output& output) { return output.slot.isFilled(); });
}

void ShuffleNode::prepareSelf() {
  MutexLock lock(writing_);
  if (written_) return;
  write();
  written_ = true;
  if (!anyInPlace()) letGoOfParents();
}

void ShuffleNode::write() {
  std::vector<std::vector<std::vector<ShuffleFilePtr>>> written(parents().size());
  std::vector<std::unique_ptr<ShuffleMerger>> mergers(outputs_.size());
  for (std::size_t side = 0; side < parents().size(); ++side) {
    Node& parent = *parents()[side];
    if (inPlace_[side]) continue;
    auto& tasks = written[side];
    tasks.resize(static_cast<std::size_t>(parent.partitions()));
    const bool mergesAhead = spec_->shrinksByMerging() && tasks.size() >= kManyTasks;
    for (auto& merger : mergers) {
      if (mergesAhead && !merger) merger = spec_->merger();
    }
    MergeAhead ahead(mergers, static_cast<int>(side), tasks.size());
    engine().runTasks(*info(), allOf(parent), [&](int partition) {
      const auto task = static_cast<std::size_t>(partition);
      auto writer = spec_->writer(static_cast<int>(side), partitions());
      inOperator(info(), [&] {
        writer->drain(*parent.read(partition));
        auto files = writer->finish();
        if (mergesAhead) return ahead.add(task, std::move(files));
        tasks[task] = std::move(files);
      });
    });
  }
  for (std::size_t p = 0; p < mergers.size(); ++p) outputs_[p].merger = std::move(mergers[p]);
  for (std::size_t side = 0; side < written.size(); ++side) {
    for (auto& files : written[side]) {
      if (!files.empty()) take(static_cast<int>(side), std::move(files));
    }
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

BlockPtr ShuffleNode::block(int partition) {
  if (!written_) prepare();
  return outputs_[static_cast<std::size_t>(partition)].slot.get([&] { return merge(partition); });
}

BlockPtr ShuffleNode::merge(int partition) {
  Output& output = outputs_[static_cast<std::size_t>(partition)];
  if (output.failure) std::rethrow_exception(output.failure);
  const InterruptScope uninterrupted(nullptr);  // other jobs may wait for it, and it cannot begin anew
  ScopeExit merged([&] {
    if (--unmerged_ == 0 && anyInPlace()) letGoOfParents();
  });
  try {
    return inOperator(info(), [&] {
      auto merger = output.merger ? std::move(output.merger) : spec_->merger();
      for (std::size_t side = 0; side < inPlace_.size(); ++side) mergeSide(side, partition, *merger);
      for (auto& [side, file] : output.files) merger->add(side, std::move(file));
      output.files.clear();
      return merger->finish();
    });
  } catch (...) {
    output.failure = std::current_exception();
    throw;
  }
}

void ShuffleNode::mergeSide(std::size_t side, int partition, ShuffleMerger& merger) {
  if (!inPlace_[side]) return;
  auto writer = spec_->writer(static_cast<int>(side), 1);
  writer->drain(*parents()[side]->read(partition));
  auto files = writer->finish();
  if (files[0]) merger.add(static_cast<int>(side), std::move(files[0]));
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
