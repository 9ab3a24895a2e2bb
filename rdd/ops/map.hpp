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

/// Adds to the buffer the function's result for each of so many arguments, or for fewer if they make a chunk; returns for
/// how many. The buffer has room for all of them, unless records of R are large.
template <class A, class R>
using Mapping = CopyableFunction<std::size_t(const A*, std::size_t, Buffer<R>&)>;

template <class T, class F>
class MapReader;

template <class T, class A, class R>
class MapReader<T, Mapping<A, R>> final : public Reader<R> {
 public:
  MapReader(TypedReader<T> input, Mapping<A, R> mapping, const OperatorInfo& info)
      : input_(std::move(input)), mapping_(std::move(mapping)), info_(info), out_(chunkSize()) {}

  Chunk<R> next() override {
    const bool goesOn = done_ < in_.size;
    if (!goesOn) in_ = input_->next();
    makeRoom();
    return inOperator(info_, [&] {
      if (!goesOn) {
        argument_ = arguments_.of(in_);
        done_ = 0;
      }
      done_ += mapping_(argument_ + done_, in_.size - done_, out_);
      return out_.chunk();
    });
  }

 private:
  void makeRoom() {
    if constexpr (kFitsChunk<R>) {
      out_.reset(in_.size);
    } else {
      out_.clear();
    }
  }

  TypedReader<T> input_;
  Mapping<A, R> mapping_;
  const OperatorInfo& info_;
  Arguments<A, T> arguments_;
  Buffer<R> out_;
  Chunk<T> in_;
  const A* argument_ = nullptr;
  std::size_t done_ = 0;
};

template <class T, class F>
auto mapping(F function) {
  using A = Argument<F, T>;
  using R = ElementResult<F, T>;
  return Mapping<A, R>(
      [f = std::move(function)](const A* argument, std::size_t size, Buffer<R>& out) mutable {
        if constexpr (kFitsChunk<R>) {
#pragma GCC unroll 4
          for (std::size_t i = 0; i < size; ++i) out.add([&] { return std::invoke(f, argument[i]); });
          return size;
        } else {
          std::size_t done = 0;
          for (; done < size && !out.full(); ++done) out.add([&] { return std::invoke(f, argument[done]); });
          return done;
        }
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
