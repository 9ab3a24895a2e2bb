#pragma once

#include <millrace/continuous/plan.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <support/streams.hpp>

#include <string>
#include <vector>

namespace millrace::test {

/// The plan of a program that is not started.
inline core::Plan lowered(StreamTest& program) {
  const auto& graph = program.context().graph();
  graph->start(Time(0));
  return core::lower(*graph);
}

/// A plan as text: where the records of each stream that flows go.
inline std::vector<std::string> describe(const core::Plan& plan) {
  std::vector<std::string> lines;
  for (const auto& stream : plan.streams) {
    std::string line = stream.node->info()->describe() + " ->";
    for (const auto& branch : stream.branches)
      line += " " + plan.streams[branch.to].node->info()->describe() +
              (branch.step ? "" : " as parent " + std::to_string(branch.edge));
    for (std::size_t exchange : stream.exchanges)
      line += " cells of " + plan.streams[plan.exchanges[exchange].to].node->info()->describe();
    for (std::size_t number : stream.sinks) {
      const auto& sink = plan.sinks[number];
      if (sink.output) {
        line += " writer of " + sink.output->info()->describe();
      } else if (sink.spec) {
        line += " tables of " + sink.target->info()->describe();
      } else {
        line += " blocks";
      }
    }
    lines.push_back(line);
  }
  return lines;
}

/// The records of a block that gathered them.
template <class T>
std::vector<T> recordsOf(const core::BlockPtr& block) {
  const auto& stored = static_cast<const core::VectorBlock<T>&>(*block).stored;
  return {stored.begin(), stored.end()};
}

template <class T>
core::BlockPtr blockOfRecords(const std::vector<T>& records) {
  return std::make_shared<core::VectorBlock<T>>(core::PooledVector<T>(records.begin(), records.end()));
}

}  // namespace millrace::test
