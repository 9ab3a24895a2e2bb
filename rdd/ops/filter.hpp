#pragma once

#include <millrace/rdd/core/buffer.hpp>
#include <millrace/rdd/core/step.hpp>
#include <millrace/rdd/core/task.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Copies what passes into a chunk of its own where copying is nothing, and branches nowhere; else shows the input's
/// chunk in runs of records that pass.
template <class T, class F>
class FilterReader final : public Reader<T> {
 public:
  FilterReader(TypedReader<T> input, const F& predicate, const OperatorInfo& info)
      : input_(std::move(input)), predicate_(predicate), info_(info), out_(kCopies ? chunkSize() : 0) {}

  Chunk<T> next() override {
    if constexpr (kCopies) {
      return nextCopied();
    } else {
      return nextRun();
    }
  }

 private:
  static constexpr bool kCopies = std::is_trivially_copyable_v<T> && sizeof(T) <= 64;

  Chunk<T> nextCopied() {
    for (;;) {
      Chunk<T> in = input_->next();
      if (in.empty()) return {};
      out_.reset(in.size);
      inOperator(info_, [&] {
        const auto* argument = arguments_.of(in);
        T* end = out_.data();
#pragma GCC unroll 4
        for (std::size_t i = 0; i < in.size; ++i) {
          std::construct_at(end, in.data[i]);
          end += std::invoke(predicate_, argument[i]) ? 1 : 0;
        }
        out_.endAt(end);
      });
      if (out_.size() > 0) return out_.chunk();
    }
  }

  Chunk<T> nextRun() {
    return inOperator(info_, [&]() -> Chunk<T> {
      for (;;) {
        while (at_ < in_.size && !std::invoke(predicate_, argument_[at_])) ++at_;
        if (at_ < in_.size) {
          std::size_t first = at_++;
          while (at_ < in_.size && std::invoke(predicate_, argument_[at_])) ++at_;
          Chunk<T> run{in_.data + first, at_ - first, in_.movable};
          if (at_ < in_.size) ++at_;
          return run;
        }
        in_ = input_->next();
        at_ = 0;
        if (in_.empty()) return {};
        argument_ = arguments_.of(in_);
      }
    });
  }

  TypedReader<T> input_;
  F predicate_;
  const OperatorInfo& info_;
  Arguments<F, T> arguments_;
  Buffer<T> out_;
  Chunk<T> in_;
  const typename ArgumentOf<F, T>::type* argument_ = nullptr;
  std::size_t at_ = 0;
};

}  // namespace core

template <class T>
template <class F>
  requires Predicate<F, T>
RDD<T> RDD<T>::filter(F predicate) const {
  auto step = core::stepFunction<T, core::FilterReader>(std::move(predicate));
  return RDD(core::narrowNode(node(), "filter", std::move(step), core::Partitioning::kKept));
}

}  // namespace millrace
