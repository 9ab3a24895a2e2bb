#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::core {

/// The operators that an RDD is made by, numbered: parents before children, in the order in which operators name their
/// parents, each once. As long as no job has run, the numbers depend on the program only, so they are the same in every
/// process that runs it, and can name a task on another machine. What a node has let go of is not there.
class JobGraph {
 public:
  explicit JobGraph(NodePtr root);

  int operators() const { return static_cast<int>(operators_.size()); }
  /// IllegalArgument for a number that the graph does not have.
  Node& node(int id) const;
  int idOf(const Node& node) const;

  /// A hash of the graph's shape: kinds, partitions, partitioners and edges; not of names, paths or functions. Two
  /// processes that do not agree on it do not run the same program.
  std::uint64_t fingerprint() const;
  /// The graph as Spark shows it: the RDD first, `(2)` its partitions, a new indentation behind each shuffle, as far as
  /// there is room. What is shared is shown again, or, where that would take more than a thousand lines, only named
  /// again: `(see above)`.
  std::string toDebugString() const;

 private:
  struct Operator {
    NodePtr node;
    std::vector<NodePtr> parents;
  };
  std::vector<Operator> operators_;  // the RDD's own is the last
};

/// Runs the task (operator, partition) here, in this thread, without a scheduler: `visit` gets a reader of the partition,
/// inside of the task. Everything that it needs and that is not stored, shuffles too, is made here as part of it. Errors
/// are those of a job's task: TaskFailure. IllegalArgument for an operator or partition that is not there.
void runTask(const JobGraph& graph, int operatorId, int partition, FunctionRef<void(ReaderPtr)> visit);

}  // namespace millrace::core
