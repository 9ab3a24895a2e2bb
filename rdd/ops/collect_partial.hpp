#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T, class F>
class PartialReader final : public Reader<PartialResult<F, T>> {
 public:
  using R = PartialResult<F, T>;
  PartialReader(TypedReader<T> input, const F& function, const OperatorInfo& info)
      : input_(std::move(input)), function_(function), info_(info), out_(chunkSize()) {}

  Chunk<R> next() override {
    out_.clear();
    return inOperator(info_, [&]() -> Chunk<R> {
      for (;;) {
        for (; done_ < in_.size && !out_.full(); ++done_) {
          std::optional<R> result = std::invoke(function_, argument_[done_]);
          if (result) out_.add([&]() -> R { return std::move(*result); });
        }
        if (out_.size() > 0) return out_.chunk();
        in_ = input_->next();
        done_ = 0;
        if (in_.empty()) return {};
        argument_ = arguments_.of(in_);
      }
    });
  }

 private:
  TypedReader<T> input_;
  F function_;
  const OperatorInfo& info_;
  Arguments<Argument<F, T>, T> arguments_;
  Buffer<R> out_;
  Chunk<T> in_;
  const Argument<F, T>* argument_ = nullptr;
  std::size_t done_ = 0;
};

}  // namespace core

template <class T>
template <class F>
  requires PartialFn<F, T>
RDD<PartialResult<F, T>> RDD<T>::collect(F function) const {
  auto step = core::stepFunction<T, core::PartialReader>(std::move(function));
  return RDD<PartialResult<F, T>>(
      core::narrowNode(node(), "collect", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
