#pragma once

#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/chunk_bytes.hpp>
#include <millrace/rdd/core/records/reader.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

namespace core {

template <class F, class T>
concept TakesAsIs = std::invocable<F&, const T&>;

template <class F, class T>
concept TakesOwned = !TakesAsIs<F, T> && !kIsOwned<T> && std::invocable<F&, const owned_t<T>&>;

template <class F, class T>
struct ArgumentOf {
  using type = T;
};
template <class F, class T>
  requires TakesOwned<F, T>
struct ArgumentOf<F, T> {
  using type = owned_t<T>;
};
/// The form in which F takes records of T.
template <class F, class T>
using Argument = typename ArgumentOf<F, T>::type;

/// The result of a function on a record; void where it cannot be called, so that a signature that names it still
/// compiles and the error is about the concept.
template <class F, class T>
struct ResultOf {
  using type = void;
};
template <class F, class T>
  requires(TakesAsIs<F, T> || TakesOwned<F, T>)
struct ResultOf<F, T> {
  using type = std::invoke_result_t<F&, const Argument<F, T>&>;
};

/// The records of a chunk as A: T itself or its owned form. A function that asks for owned records (`const
/// std::string&` of a text stream) gets temporaries that live as long as the chunk and keep their memory from one chunk
/// to the next, unless that is much, so that views into them stay valid downstream.
template <class A, class T>
class Arguments {
 public:
  const A* of(const Chunk<T>& chunk) {
    if (bytesOf(owned_) > kMostKept) owned_ = {};
    if (owned_.size() < chunk.size) owned_.resize(chunk.size);
    for (std::size_t i = 0; i < chunk.size; ++i) Owned<T>::assign(owned_[i], chunk.data[i]);
    return owned_.data();
  }

 private:
  static constexpr std::size_t kMostKept = 4 * kChunkBytes;

  std::vector<A> owned_;
};

template <class T>
class Arguments<T, T> {
 public:
  const T* of(const Chunk<T>& chunk) { return chunk.data; }
};

}  // namespace core

/// A function of one record: it takes `const T&`, or, where T borrows its text, the owned form of T.
template <class F, class T>
concept ElementFn = std::copy_constructible<std::decay_t<F>> &&
                    (core::TakesAsIs<std::decay_t<F>, T> || core::TakesOwned<std::decay_t<F>, T>);

template <class F, class T>
using ElementResult = std::decay_t<typename core::ResultOf<std::decay_t<F>, T>::type>;

/// A function that folds records into a value of another type: acc = f(acc, record).
template <class F, class U, class T>
concept Aggregator =
    std::copy_constructible<F> &&
    (
        requires(F& f, U acc, const T& record) { acc = f(std::move(acc), record); } ||
        requires(F& f, U acc, const owned_t<T>& record) { acc = f(std::move(acc), record); });

/// An order of records: less(a, b).
template <class Less, class T>
concept RecordOrder =
    std::copy_constructible<Less> && std::is_invocable_r_v<bool, Less&, const owned_t<T>&, const owned_t<T>&>;

namespace core {

/// True if records of this type, owned, can be assigned, as operators that keep or sort them do. No concept, here and
/// below: it would list in the error what it asks of the type, and not the line that says what to do.
template <class R>
inline constexpr bool kIsAssignable = std::is_void_v<R> || std::is_move_assignable_v<owned_t<R>>;
template <class R>
inline constexpr bool kIsRange = std::ranges::input_range<R>;

}  // namespace core

/// A function of one record that gives something.
template <class F, class T>
concept MapFn = ElementFn<F, T> && !std::is_void_v<ElementResult<F, T>> &&
                core::kIsAssignable<ElementResult<F, T>>;  // a record has no const member and no reference

/// A function of one record that says yes or no.
template <class F, class T>
concept Predicate = ElementFn<F, T> && std::convertible_to<ElementResult<F, T>, bool>;

namespace core {

/// The record of an optional, or none, as a range.
template <class T>
class OptionalRecord {
 public:
  OptionalRecord(std::optional<T> record)
      : record_(std::move(record)) {}  // what a function of the user gives becomes one
  T* begin() { return record_ ? &*record_ : nullptr; }
  T* end() { return record_ ? &*record_ + 1 : nullptr; }

 private:
  std::optional<T> record_;
};

/// What flatMap reads of what its function gives: a range as it is, an optional as one of a record or none.
template <class R>
struct ExpandedAs {
  using type = R;
};
template <class T>
struct ExpandedAs<std::optional<T>> {
  using type = OptionalRecord<T>;
};
template <class R>
using Expanded = typename ExpandedAs<R>::type;

template <class R>
struct RangeElement {
  using type = void;
};
template <std::ranges::input_range R>
struct RangeElement<R> {
  using type = std::ranges::range_value_t<R>;
};

}  // namespace core

template <class F, class T>
using FlatMapResult = typename core::RangeElement<core::Expanded<ElementResult<F, T>>>::type;

/// A function of one record that gives a range of records (a container, a view, a lazy range) or an optional one.
template <class F, class T>
concept FlatMapFn =
    ElementFn<F, T> && core::kIsRange<core::Expanded<ElementResult<F, T>>> &&
    core::kIsAssignable<FlatMapResult<F, T>>;  // a record has no const member and no reference

}  // namespace millrace
