#pragma once

#include <millrace/base/copyable_function.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <deque>
#include <optional>
#include <ranges>
#include <type_traits>

namespace millrace {

namespace core {

template <class Range, class A>
using Expansion = CopyableFunction<Range(const A&)>;

template <class T, class F>
class FlatMapReader;

/// Keeps its place inside one record's result, so that a record that expands to millions takes no more memory than a
/// chunk. Where records borrow from a range that owns something, the range lives as long as its records.
template <class T, class Range, class A>
class FlatMapReader<T, Expansion<Range, A>> final : public Reader<std::ranges::range_value_t<Range>> {
 public:
  using R = std::ranges::range_value_t<Range>;
  FlatMapReader(TypedReader<T> input, Expansion<Range, A> expansion, const OperatorInfo& info)
      : input_(std::move(input)), expansion_(std::move(expansion)), info_(info), out_(chunkSize()) {}

  Chunk<R> next() override {
    out_.clear();
    if constexpr (kKeepsRanges) ranges_.erase(ranges_.begin(), ranges_.end() - (open_ ? 1 : 0));
    return inOperator(info_, [&]() -> Chunk<R> {
      for (;;) {
        if (open_) fillFrom(open_->at, open_->end);
        while (!open_ && done_ < in_.size) expandNext();
        if (out_.size() > 0) return out_.chunk();
        in_ = input_->next();
        done_ = 0;
        if (in_.empty()) return {};
        argument_ = arguments_.of(in_);
      }
    });
  }

 private:
  struct Place {
    std::ranges::iterator_t<Range> at;
    std::ranges::sentinel_t<Range> end;
  };

  void expandNext() {
    std::size_t before = out_.size();
    Range& range = call(argument_[done_]);
    ++done_;
    fillFrom(std::ranges::begin(range), std::ranges::end(range));
    if constexpr (kKeepsRanges) {
      if (!open_ && out_.size() == before) ranges_.pop_back();
    }
  }

  Range& call(const A& argument) {
    if constexpr (kKeepsRanges) {
      return ranges_.emplace_back(expansion_(argument));
    } else {
      ranges_.clear();
      ranges_.add([&] { return expansion_(argument); });
      return *ranges_.data();
    }
  }

  template <class At, class End>
  void fillFrom(At&& from, End&& to) {
    auto at = std::move(from);
    auto end = std::move(to);
    while (at != end && !out_.full()) {
      add(at);
      ++at;
    }
    open_.reset();
    if (at != end) open_.emplace(Place{std::move(at), std::move(end)});
  }

  void add(std::ranges::iterator_t<Range>& at) {
    if constexpr (kMoves) {
      out_.add([&]() -> R { return std::ranges::iter_move(at); });
    } else {
      out_.add([&]() -> R { return static_cast<R>(*at); });
    }
  }

  static constexpr bool kKeepsRanges = !kIsOwned<R> && !std::is_trivially_destructible_v<Range>;
  struct OneRange : Buffer<Range> {
    OneRange() : Buffer<Range>(1) {}
  };
  static constexpr bool kMoves =
      !std::ranges::view<Range> && std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>> &&
      !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Range>>>;

  TypedReader<T> input_;
  Expansion<Range, A> expansion_;
  const OperatorInfo& info_;
  Arguments<A, T> arguments_;
  Buffer<R> out_;
  Chunk<T> in_;
  const A* argument_ = nullptr;
  std::size_t done_ = 0;
  std::conditional_t<kKeepsRanges, std::deque<Range>, OneRange> ranges_;
  std::optional<Place> open_;
};

template <class T, class F>
auto expansion(F function) {
  return Expansion<Expanded<ElementResult<F, T>>, Argument<F, T>>(std::move(function));
}

template <class T, class F>
StepFunction flatMapStep(F function) {
  return stepFunction<T, FlatMapReader>(expansion<T>(std::move(function)));
}

}  // namespace core

template <class T>
template <class F>
  requires FlatMapFn<F, T>
RDD<FlatMapResult<F, T>> RDD<T>::flatMap(F function) const {
  auto step = core::flatMapStep<T>(std::move(function));
  return RDD<FlatMapResult<F, T>>(
      core::narrowNode(node(), "flatMap", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
