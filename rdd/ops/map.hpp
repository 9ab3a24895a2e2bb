#pragma once

#include <millrace/base/copyable_function.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Adds to the buffer the function's result for each of so many arguments.
template <class A, class R>
using Mapping = CopyableFunction<void(const A*, std::size_t, Buffer<R>&)>;

template <class T, class F>
class MapReader;

template <class T, class A, class R>
class MapReader<T, Mapping<A, R>> final : public Reader<R> {
 public:
  MapReader(TypedReader<T> input, Mapping<A, R> mapping, const OperatorInfo& info)
      : input_(std::move(input)), mapping_(std::move(mapping)), info_(info), out_(chunkSize()) {}

  Chunk<R> next() override {
    Chunk<T> in = input_->next();
    out_.reset(in.size);
    return inOperator(info_, [&] {
      mapping_(arguments_.of(in), in.size, out_);
      return out_.chunk();
    });
  }

 private:
  TypedReader<T> input_;
  Mapping<A, R> mapping_;
  const OperatorInfo& info_;
  Arguments<A, T> arguments_;
  Buffer<R> out_;
};

template <class T, class F>
auto mapping(F function) {
  using A = Argument<F, T>;
  using R = ElementResult<F, T>;
  return Mapping<A, R>(
      [f = std::move(function)](const A* argument, std::size_t size, Buffer<R>& out) mutable {
#pragma GCC unroll 4
        for (std::size_t i = 0; i < size; ++i) out.add([&] { return std::invoke(f, argument[i]); });
      });
}

template <class T, class F>
StepFunction mapStep(F function) {
  return stepFunction<T, MapReader>(mapping<T>(std::move(function)));
}

}  // namespace core

template <class T>
template <class F>
  requires MapFn<F, T>
RDD<ElementResult<F, T>> RDD<T>::map(F function) const {
  auto step = core::mapStep<T>(std::move(function));
  return RDD<ElementResult<F, T>>(
      core::narrowNode(node(), "map", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
