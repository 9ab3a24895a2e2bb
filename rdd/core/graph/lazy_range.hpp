#pragma once

#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Views that compute their records from values they hold, so that an RDD can read them later: std::views::iota, and
/// take, drop, reverse and transform over such a view, where a function captures nothing. A view of a container does not
/// count: the container may be destroyed before the RDD is read.
template <class V>
inline constexpr bool kMakesItsRecords = false;
template <class First, class Last>
inline constexpr bool kMakesItsRecords<std::ranges::iota_view<First, Last>> =
    std::is_arithmetic_v<First> && std::is_arithmetic_v<Last>;
template <class V>
inline constexpr bool kMakesItsRecords<std::ranges::take_view<V>> = kMakesItsRecords<V>;
template <class V>
inline constexpr bool kMakesItsRecords<std::ranges::drop_view<V>> = kMakesItsRecords<V>;
template <class V>
inline constexpr bool kMakesItsRecords<std::ranges::reverse_view<V>> = kMakesItsRecords<V>;
template <class V, class F>
inline constexpr bool kMakesItsRecords<std::ranges::transform_view<V, F>> =
    kMakesItsRecords<V> && std::is_empty_v<F>;

template <class R, class V = std::remove_cvref_t<R>>
concept LazyRange = kMakesItsRecords<V> && std::ranges::random_access_range<const V> &&
                    std::ranges::sized_range<const V> && kIsOwned<std::ranges::range_value_t<const V>>;

/// Makes the records of a piece of a range chunk by chunk.
template <class V>
class LazyRangeReader final : public Reader<std::ranges::range_value_t<const V>> {
 public:
  using T = std::ranges::range_value_t<const V>;
  LazyRangeReader(const V& range, std::size_t begin, std::size_t end)
      : begin_(std::ranges::begin(range)), at_(begin), end_(end), out_(chunkSize()) {}

  Chunk<T> next() override {
    out_.clear();
    using Distance = std::ranges::range_difference_t<const V>;
    for (; at_ != end_ && !out_.full(); ++at_)
      out_.add([&] { return T(begin_[static_cast<Distance>(at_)]); });
    giveRecords(out_.size());
    return out_.chunk();
  }

 private:
  std::ranges::iterator_t<const V> begin_;
  std::size_t at_;
  std::size_t end_;
  Buffer<T> out_;
};

/// An RDD of a range that is never held as a whole, cut into slices as Spark cuts them.
template <class V>
class LazyRangeNode final : public Node {
 public:
  LazyRangeNode(EnginePtr engine, V range, int slices)
      : Node(std::move(engine), rddOperator("parallelize"), {}, slices), range_(std::move(range)) {}

 protected:
  ReaderPtr compute(int partition) override {
    const auto n = static_cast<std::size_t>(std::ranges::size(range_));
    return std::make_unique<LazyRangeReader<V>>(range_, sliceBoundary(n, partition, partitions()),
                                                sliceBoundary(n, partition + 1, partitions()));
  }

 private:
  const V range_;
};

template <class V>
NodePtr lazyRangeNode(EnginePtr engine, V range, int slices) {
  checkSlices(slices);
  return std::make_shared<LazyRangeNode<V>>(std::move(engine), std::move(range), slices);
}

/// The numbers start, start + step, ... before `end`, as std::int64_t. IllegalArgument for step 0 and below 1 slice.
NodePtr numberRangeNode(EnginePtr engine, std::int64_t start, std::int64_t end, std::int64_t step,
                        int slices);

}  // namespace millrace::core
