#pragma once

#include <millrace/rdd/core/buffer.hpp>
#include <millrace/rdd/core/step.hpp>
#include <millrace/rdd/core/task.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T, class F>
class MapReader final : public Reader<ElementResult<F, T>> {
 public:
  using R = ElementResult<F, T>;
  MapReader(TypedReader<T> input, const F& function, const OperatorInfo& info)
      : input_(std::move(input)), function_(function), info_(info), out_(chunkSize()) {}

  Chunk<R> next() override {
    Chunk<T> in = input_->next();
    out_.reset(in.size);
    return inOperator(info_, [&] {
      const auto* argument = arguments_.of(in);
#pragma GCC unroll 4
      for (std::size_t i = 0; i < in.size; ++i) out_.add([&] { return std::invoke(function_, argument[i]); });
      return out_.chunk();
    });
  }

 private:
  TypedReader<T> input_;
  F function_;
  const OperatorInfo& info_;
  Arguments<F, T> arguments_;
  Buffer<R> out_;
};

}  // namespace core

template <class T>
template <class F>
  requires MapFn<F, T>
RDD<ElementResult<F, T>> RDD<T>::map(F function) const {
  auto step = core::stepFunction<T, core::MapReader>(std::move(function));
  return RDD<ElementResult<F, T>>(
      core::narrowNode(node(), "map", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
