#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T, class U>
class CartesianReader final : public Reader<std::pair<T, U>> {
 public:
  CartesianReader(TypedReader<T> left, TypedReader<U> right)
      : left_(std::move(left)), rightReader_(std::move(right)), out_(chunkSize()) {}

  Chunk<std::pair<T, U>> next() override {
    out_.clear();
    keepRight();
    if (right_.empty()) return {};
    if (leftAt_ == lefts_.size) {
      lefts_ = left_->next();
      leftAt_ = 0;
    }
    while (leftAt_ < lefts_.size && !out_.full()) {
      for (; rightAt_ < right_.size() && !out_.full(); ++rightAt_)
        out_.add([&] { return std::pair<T, U>(lefts_.data[leftAt_], showOwned<U>(right_[rightAt_])); });
      if (rightAt_ == right_.size()) {
        rightAt_ = 0;
        ++leftAt_;
      }
    }
    return out_.chunk();
  }

 private:
  void keepRight() {
    if (!rightReader_) return;
    for (Chunk<U> chunk = rightReader_->next(); !chunk.empty(); chunk = rightReader_->next())
      appendOwned<U>(right_, chunk);
    rightReader_.reset();
  }

  TypedReader<T> left_;
  TypedReader<U> rightReader_;
  PooledVector<owned_t<U>> right_;
  Chunk<T> lefts_;
  std::size_t leftAt_ = 0;
  std::size_t rightAt_ = 0;
  Buffer<std::pair<T, U>> out_;
};

}  // namespace core

template <class T>
template <class U>
RDD<std::pair<T, U>> RDD<T>::cartesian(const RDD<U>& other) const {
  core::KeptRecord<owned_t<U>>();
  const int width = other.getNumPartitions();
  const int partitions = core::checkedProduct(getNumPartitions(), width);
  auto open = [width](int partition, const std::vector<core::NodePtr>& parents,
                      const core::OperatorInfo&) -> core::ReaderPtr {
    return std::make_unique<core::CartesianReader<T, U>>(core::typed<T>(parents[0]->read(partition / width)),
                                                         core::typed<U>(parents[1]->read(partition % width)));
  };
  return RDD<std::pair<T, U>>(core::openedNode(core::rddOperator("cartesian"),
                                               std::vector{node(), other.node()}, partitions, nullptr, open));
}

}  // namespace millrace
