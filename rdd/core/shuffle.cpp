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
    auto& tasks = written.emplace_back(static_cast<std::size_t>(parent.partitions()));
    engine().runTasks(allOf(parent), [&](int partition) {
      auto writer = spec_->writer(static_cast<int>(side), partitions());
      inOperator(info(), [&] { writer->drain(*parent.read(partition)); });
      tasks[static_cast<std::size_t>(partition)] = writer->finish();
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
  Output& output = outputs_[static_cast<std::size_t>(partition)];
  return output.slot.get([&] { return merge(output); });
}

BlockPtr ShuffleNode::merge(Output& output) {
  if (output.failure) std::rethrow_exception(output.failure);
  try {
    auto merger = spec_->merger();
    inOperator(info(), [&] {
      for (auto& [side, file] : output.files) merger->add(side, std::move(file));
    });
    output.files.clear();
    return inOperator(info(), [&] { return merger->finish(); });
  } catch (...) {
    output.failure = std::current_exception();
    throw;
  }
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

int defaultPartitions(const Node& parent) { return std::max(1, parent.partitions()); }

}  // namespace millrace::core
