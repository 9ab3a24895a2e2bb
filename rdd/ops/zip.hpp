#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <algorithm>

namespace millrace {

namespace core {

template <class T, class U>
class ZipReader final : public Reader<std::pair<T, U>> {
 public:
  ZipReader(TypedReader<T> left, TypedReader<U> right, const OperatorInfo& info)
      : left_(std::move(left)), right_(std::move(right)), info_(info), out_(chunkSize()) {}

  Chunk<std::pair<T, U>> next() override {
    out_.clear();
    left_.refill();
    right_.refill();
    if (left_.rest() == 0 && right_.rest() == 0) return {};
    if (left_.rest() == 0 || right_.rest() == 0) inOperator(info_, throwUneven);
    const std::size_t count = std::min({left_.rest(), right_.rest(), out_.capacity()});
    for (std::size_t i = 0; i < count; ++i)
      out_.add([&] { return std::pair<T, U>(left_.take(), right_.take()); });
    return out_.chunk();
  }

 private:
  template <class R>
  class Half {
   public:
    explicit Half(TypedReader<R> reader) : reader_(std::move(reader)) {}
    void refill() {
      if (at_ < chunk_.size) return;
      chunk_ = reader_->next();
      at_ = 0;
    }
    std::size_t rest() const { return chunk_.size - at_; }
    const R& take() { return chunk_.data[at_++]; }

   private:
    TypedReader<R> reader_;
    Chunk<R> chunk_;
    std::size_t at_ = 0;
  };

  [[noreturn]] static void throwUneven() {
    throw SparkException(
        "partitions with different numbers of records: zip() needs as many on both sides, see "
        "zipPartitions()");
  }

  Half<T> left_;
  Half<U> right_;
  const OperatorInfo& info_;
  Buffer<std::pair<T, U>> out_;
};

}  // namespace core

template <class T>
template <class U>
RDD<std::pair<T, U>> RDD<T>::zip(const RDD<U>& other) const {
  auto info = core::rddOperator("zip");
  std::vector<core::NodePtr> parents{node(), other.node()};
  core::checkSamePartitions(*info, parents);
  auto open = [](int partition, const std::vector<core::NodePtr>& sides,
                 const core::OperatorInfo& name) -> core::ReaderPtr {
    return std::make_unique<core::ZipReader<T, U>>(core::typed<T>(sides[0]->read(partition)),
                                                   core::typed<U>(sides[1]->read(partition)), name);
  };
  return RDD<std::pair<T, U>>(core::openedNode(std::move(info), parents, getNumPartitions(), nullptr, open));
}

}  // namespace millrace
