#pragma once

#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// First record of slice i of k over n records.
std::size_t sliceBoundary(std::size_t records, int slice, int slices);

/// IllegalArgument below 1.
void checkSlices(int slices);

/// An RDD of records in memory, cut into slices as Spark cuts them.
template <class T>
class ParallelNode final : public Node {
 public:
  ParallelNode(EnginePtr engine, std::shared_ptr<const RecordVector<T>> records, int slices)
      : Node(std::move(engine), rddOperator("parallelize"), {}, slices), records_(std::move(records)) {}

 protected:
  ReaderPtr compute(int partition) override {
    const T* all = records_->data();
    std::size_t n = records_->size();
    return std::make_unique<StoredReader<T>>(all + sliceBoundary(n, partition, partitions()),
                                             all + sliceBoundary(n, partition + 1, partitions()));
  }

 private:
  std::shared_ptr<const RecordVector<T>> records_;
};

/// `records` is a RecordVector.
template <class Records>
NodePtr parallelNode(EnginePtr engine, Records records, int slices) {
  using T = typename Records::value_type;
  checkSlices(slices);
  return std::make_shared<ParallelNode<T>>(
      std::move(engine), std::make_shared<const RecordVector<T>>(std::move(records)), slices);
}

/// An RDD of stored partitions: received blocks. It may have none.
NodePtr blockNode(EnginePtr engine, OperatorPtr info, std::vector<BlockPtr> blocks);

}  // namespace millrace::core
