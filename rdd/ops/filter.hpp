#pragma once

#include <millrace/base/copyable_function.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace millrace {

namespace core {

template <class T, class F>
class FilterReader;

/// Asks the predicate about each of so many arguments, copies the records that pass, and returns the end of the copies.
template <class T, class A>
using CopyPassing = CopyableFunction<T*(const A*, const T*, std::size_t, T*)>;

/// For records that are cheaper to copy than to branch on: copies those that pass into a chunk of its own.
template <class T, class A>
class FilterReader<T, CopyPassing<T, A>> final : public Reader<T> {
 public:
  FilterReader(TypedReader<T> input, CopyPassing<T, A> copyPassing, const OperatorInfo& info)
      : input_(std::move(input)), copyPassing_(std::move(copyPassing)), info_(info), out_(chunkSize()) {}

  Chunk<T> next() override {
    for (;;) {
      Chunk<T> in = input_->next();
      if (in.empty()) return {};
      out_.reset(in.size);
      inOperator(info_, [&] { out_.endAt(copyPassing_(arguments_.of(in), in.data, in.size, out_.data())); });
      if (out_.size() > 0) return out_.chunk();
    }
  }

 private:
  TypedReader<T> input_;
  CopyPassing<T, A> copyPassing_;
  const OperatorInfo& info_;
  Arguments<A, T> arguments_;
  Buffer<T> out_;
};

/// A run of records that all pass; the one at `end` does not.
struct PassingRun {
  std::size_t first;
  std::size_t end;
};
/// Finds the first run at or behind place `at`.
template <class A>
using FindPassing = CopyableFunction<PassingRun(const A*, std::size_t at, std::size_t size)>;

/// For other records: gives the runs of the input's chunk that pass, without copying.
template <class T, class A>
class FilterReader<T, FindPassing<A>> final : public Reader<T> {
 public:
  FilterReader(TypedReader<T> input, FindPassing<A> findPassing, const OperatorInfo& info)
      : input_(std::move(input)), findPassing_(std::move(findPassing)), info_(info) {}

  Chunk<T> next() override {
    return inOperator(info_, [&]() -> Chunk<T> {
      for (;;) {
        if (at_ < in_.size) {
          PassingRun run = findPassing_(argument_, at_, in_.size);
          at_ = run.end + 1;
          if (run.first < run.end) return {in_.data + run.first, run.end - run.first, in_.movable};
        }
        in_ = input_->next();
        at_ = 0;
        if (in_.empty()) return {};
        argument_ = arguments_.of(in_);
      }
    });
  }

 private:
  TypedReader<T> input_;
  FindPassing<A> findPassing_;
  const OperatorInfo& info_;
  Arguments<A, T> arguments_;
  Chunk<T> in_;
  const A* argument_ = nullptr;
  std::size_t at_ = 0;
};

template <class T, class F>
auto passing(F predicate) {
  using A = Argument<F, T>;
  if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) <= 64) {
    return CopyPassing<T, A>(
        [p = std::move(predicate)](const A* argument, const T* record, std::size_t size, T* end) mutable {
          if constexpr (std::is_same_v<A, T>) record = argument;  // as it is: one load serves both
#pragma GCC unroll 4
          for (std::size_t i = 0; i < size; ++i) {
            const bool passes = std::invoke(p, argument[i]);
            std::construct_at(end, record[i]);
            end += passes ? 1 : 0;
          }
          return end;
        });
  } else {
    return FindPassing<A>(
        [p = std::move(predicate)](const A* argument, std::size_t at, std::size_t size) mutable {
          while (at < size && !std::invoke(p, argument[at])) ++at;
          PassingRun run{at, std::min(at + 1, size)};
          while (run.end < size && std::invoke(p, argument[run.end])) ++run.end;
          return run;
        });
  }
}

template <class T, class F>
StepFunction filterStep(F predicate) {
  return stepFunction<T, FilterReader>(passing<T>(std::move(predicate)));
}

}  // namespace core

template <class T>
template <class F>
  requires Predicate<F, T>
RDD<T> RDD<T>::filter(F predicate) const {
  auto step = core::filterStep<T>(std::move(predicate));
  return RDD(core::narrowNode(node(), "filter", std::move(step), core::Partitioning::kKept));
}

}  // namespace millrace
