#include <millrace/base/error.hpp>
#include <millrace/rdd/core/engine.hpp>
#include <millrace/rdd/core/shuffle.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::core {

ShuffleNode::ShuffleNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> sides, ShuffleSpecPtr spec,
                         int outputs, PartitionerPtr partitioner)
    : Node(std::move(engine), std::move(info), std::move(sides), outputs, std::move(partitioner)),
      spec_(std::move(spec)),
      outputs_(static_cast<std::size_t>(partitions())) {}

void ShuffleNode::prepare() {
  std::lock_guard lock(writing_);
  if (written_) return;
  Node::prepare();
  write();
  written_ = true;
}

void ShuffleNode::write() {
  std::vector<std::vector<std::vector<ShuffleFilePtr>>> written;
  for (std::size_t side = 0; side < parents().size(); ++side) {
    Node& parent = *parents()[side];
    auto& tasks = written.emplace_back();
    if (isInPlace(side)) continue;
    tasks.resize(static_cast<std::size_t>(parent.partitions()));
    engine().runTasks(allOf(parent), [&](int partition) {
      auto writer = spec_->writer(static_cast<int>(side), partitions());
      inOperator(info(), [&] {
        writer->drain(*parent.read(partition));
        tasks[static_cast<std::size_t>(partition)] = writer->finish();
      });
    });
  }
  for (std::size_t side = 0; side < written.size(); ++side) {
    for (auto& files : written[side]) take(static_cast<int>(side), std::move(files));
  }
}

void ShuffleNode::take(int side, std::vector<ShuffleFilePtr> files) {
  for (std::size_t p = 0; p < outputs_.size(); ++p) {
    if (files[p]) outputs_[p].files.emplace_back(side, std::move(files[p]));
  }
}

void ShuffleNode::setWritten(std::vector<std::vector<ShuffleFilePtr>> tasks) {
  for (auto& files : tasks) take(0, std::move(files));
  written_ = true;
}

BlockPtr ShuffleNode::block(int partition) {
  prepare();
  return outputs_[static_cast<std::size_t>(partition)].slot.get([&] { return merge(partition); });
}

BlockPtr ShuffleNode::merge(int partition) {
  Output& output = outputs_[static_cast<std::size_t>(partition)];
  if (output.failure) std::rethrow_exception(output.failure);
  try {
    return inOperator(info(), [&] {
      auto merger = spec_->merger();
      for (std::size_t side = 0; side < parents().size(); ++side) mergeSide(side, partition, *merger);
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
  if (!isInPlace(side)) return;
  auto writer = spec_->writer(static_cast<int>(side), 1);
  writer->drain(*parents()[side]->read(partition));
  auto files = writer->finish();
  if (files[0]) merger.add(static_cast<int>(side), std::move(files[0]));
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

NodePtr spreadNode(OperatorPtr info, NodePtr parent, ShuffleSpecPtr spec, int outputs) {
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
