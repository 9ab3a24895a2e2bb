#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Makes records own their text: what happens where a stream of views becomes a stream of strings.
template <class T, class>
class OwnReader final : public Reader<owned_t<T>> {
 public:
  OwnReader(TypedReader<T> input, std::nullptr_t, const OperatorInfo&)
      : input_(std::move(input)), out_(chunkSize()) {}

  Chunk<owned_t<T>> next() override {
    Chunk<T> in = input_->next();
    out_.reset(in.size);
    for (const T& record : in) out_.add([&] { return own(record); });
    return out_.chunk();
  }

 private:
  TypedReader<T> input_;
  Buffer<owned_t<T>> out_;
};

template <class T>
StepFunction ownStep() {
  return stepFunction<T, OwnReader>(nullptr);
}

}  // namespace core

template <class T>
template <class U>
  requires(!kIsOwned<U> && std::is_same_v<owned_t<U>, T> && !std::is_same_v<U, T>)
RDD<T>::RDD(const RDD<U>& views)
    : RDD(views.isNull()
              ? nullptr
              : core::narrowNode(views.node(), "own", core::ownStep<U>(), core::Partitioning::kKept)) {}

}  // namespace millrace
