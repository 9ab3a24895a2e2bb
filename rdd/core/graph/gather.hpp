#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <vector>

namespace millrace::core {

/// The parents' partitions one after another, in their order. There may be no parents, and so no partitions.
/// IllegalArgument for more partitions than an int can count. Adding to a union again and again does not make it deep: it
/// is a tree of few levels, whose parts are those of the unions that were neither stored nor named.
NodePtr unionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents);

/// Reads several partitions as one.
using ConcatFn = ReaderPtr (*)(std::vector<ReaderPtr>);

/// Spark's union. Parents without partitions are left out. If all others have equal partitioners, the partitions with
/// the same number are joined and the partitioner is kept; else as unionNode.
NodePtr keyedUnionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat);
/// The same on the parents' engine. IllegalArgument for no parents.
NodePtr keyedUnionNode(OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat);

/// At most `partitions` groups of neighbours, in order: group i holds the parent's [i*n/p, (i+1)*n/p).
NodePtr coalesceNode(OperatorPtr info, NodePtr parent, int partitions, ConcatFn concat);

/// Reads its inputs one after another.
template <class T>
class ConcatReader final : public Reader<T> {
 public:
  explicit ConcatReader(std::vector<ReaderPtr> inputs) : inputs_(std::move(inputs)) {}

  Chunk<T> next() override {
    while (at_ < inputs_.size()) {
      Chunk<T> chunk = static_cast<Reader<T>&>(*inputs_[at_]).next();
      if (!chunk.empty()) return chunk;
      ++at_;
    }
    return {};
  }

 private:
  std::vector<ReaderPtr> inputs_;
  std::size_t at_ = 0;
};

template <class T>
ReaderPtr concatReaders(std::vector<ReaderPtr> inputs) {
  return std::make_unique<ConcatReader<T>>(std::move(inputs));
}

}  // namespace millrace::core
