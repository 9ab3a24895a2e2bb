#pragma once

#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/records/keyed_fn.hpp>
#include <millrace/rdd/core/records/partition_records.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

template <class T>
class RDD;

namespace core {

/// The records that a function of several partitions gives. Defined for every F, so that declarations compile.
template <class F, class... Args>
struct RangeResult {
  static constexpr bool kGivesRange = false;
  using Record = int;
};
template <class F, class... Args>
  requires std::invocable<F&, Args...> &&
           std::ranges::input_range<std::decay_t<std::invoke_result_t<F&, Args...>>>
struct RangeResult<F, Args...> {
  static constexpr bool kGivesRange = true;
  using Record = owned_t<std::ranges::range_value_t<std::decay_t<std::invoke_result_t<F&, Args...>>>>;
};

template <class R>
struct OptionalOf {
  static constexpr bool kIsOptional = false;
  using type = int;
};
template <class R>
struct OptionalOf<std::optional<R>> {
  static constexpr bool kIsOptional = true;
  using type = R;
};

/// Pairs a record with the key that a function gives for it. As in OnValue, records are owned only where the function
/// asks for that.
template <class F>
struct WithKey {
  template <class T>
    requires std::invocable<F&, const T&>
  auto operator()(const T& record) {
    return std::pair<std::decay_t<std::invoke_result_t<F&, const T&>>, T>(std::invoke(function, record),
                                                                          record);
  }

  F function;
};

}  // namespace core

/// A function f(index, records) of a partition and its number that gives a range.
template <class F, class T>
concept IndexedPartitionsFn = core::RangeResult<F, int, PartitionRecords<T>&>::kGivesRange;
template <class F, class T>
using IndexedPartitionsResult = typename core::RangeResult<F, int, PartitionRecords<T>&>::Record;

/// A function f(records, others…) of partitions of several RDDs that gives a range.
template <class F, class... Ts>
concept ZipPartitionsFn = core::RangeResult<F, PartitionRecords<Ts>&...>::kGivesRange;
template <class F, class... Ts>
using ZipPartitionsResult = typename core::RangeResult<F, PartitionRecords<Ts>&...>::Record;

namespace core {

template <class... Ts>
struct Types {};

/// Whether these are arguments of zipPartitions on RDDs of the types: further RDDs, a function of all, and maybe a flag.
template <class Sides, class... Arguments>
inline constexpr bool kZipsPartitions = false;
template <class... Ts, class F, class... Flag>
inline constexpr bool kZipsPartitions<Types<Ts...>, F, Flag...> =
    ZipPartitionsFn<F, Ts...> && sizeof...(Flag) <= 1;
template <class... Ts, class A, class... More>
inline constexpr bool kZipsPartitions<Types<Ts...>, RDD<A>, More...> =
    kZipsPartitions<Types<Ts..., A>, More...>;

}  // namespace core

/// A function of one record that gives an optional: nothing for records it is not for.
template <class F, class T>
concept PartialFn = ElementFn<F, T> && core::OptionalOf<ElementResult<F, T>>::kIsOptional;
template <class F, class T>
using PartialResult = typename core::OptionalOf<ElementResult<F, T>>::type;

template <class F, class T>
using KeyByResult = std::pair<ElementResult<F, T>, core::Argument<F, T>>;
template <class F, class T>
using GroupByResult = std::pair<owned_t<ElementResult<F, T>>, std::vector<owned_t<T>>>;

/// A function of one record that gives something that has an order.
template <class F, class T>
concept SortFn = MapFn<F, T> && OrderedKey<owned_t<ElementResult<F, T>>>;

}  // namespace millrace
