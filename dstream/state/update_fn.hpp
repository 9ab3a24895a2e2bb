#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/state_spec.hpp>
#include <millrace/rdd/core/records/pair.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

/// One key as a function of updateStateByKey that is called once per partition sees it.
template <class K, class V, class S>
struct UpdateEntry {
  K key;
  std::vector<V> values;
  std::optional<S> state;
};

/// All keys of a partition that have a state or new values: a single-pass range. An entry is valid until the next one is
/// asked for.
template <class K, class V, class S>
class UpdateEntries {
 public:
  using Entry = UpdateEntry<K, V, S>;
  virtual ~UpdateEntries() = default;

  class iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(UpdateEntries* entries) : entries_(entries) {}
    Entry& operator*() const { return *entries_->current_; }
    Entry* operator->() const { return &*entries_->current_; }
    iterator& operator++() {
      entries_->current_ = entries_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !entries_->current_; }

   private:
    UpdateEntries* entries_ = nullptr;
  };

  iterator begin() {
    if (!std::exchange(begun_, true)) current_ = next();
    return iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 protected:
  virtual std::optional<Entry> next() = 0;

 private:
  std::optional<Entry> current_;
  bool begun_ = false;
};

namespace core {

template <class Old>
struct OldStateOf {
  using type = void;
};
template <class S>
struct OldStateOf<std::optional<S>> {
  using type = S;
};

/// The state's type as the signature of a function names it: its last parameter is `std::optional<S>`.
template <class Signature>
struct NamedState {
  using type = void;
};
template <class R, class Values, class Old>
struct NamedState<R(Values, Old)> : OldStateOf<std::remove_cvref_t<Old>> {};
template <class R, class At, class K, class Values, class Old>
struct NamedState<R(At, K, Values, Old)> : OldStateOf<std::remove_cvref_t<Old>> {};

template <class F, class S>
using StateTypeOf =
    std::conditional_t<std::is_void_v<S>, typename NamedState<typename SignatureOf<F>::type>::type, S>;

template <class R, class S>
concept GivesState = std::convertible_to<R, std::optional<S>>;

template <class F, class V, class S, class... Before>
concept UpdatesSpan = requires(F& f, Before... before, std::span<const V> values, std::optional<S> old) {
  { f(before..., values, std::move(old)) } -> GivesState<S>;
};
template <class F, class V, class S, class... Before>
concept UpdatesVector = requires(F& f, Before... before, const std::vector<V>& values, std::optional<S> old) {
  { f(before..., values, std::move(old)) } -> GivesState<S>;
};
template <class F, class V, class S, class... Before>
concept UpdatesOne = UpdatesSpan<F, V, S, Before...> || UpdatesVector<F, V, S, Before...>;

template <class F, class K, class V, class S>
concept UpdatesPartition = requires(F& f, UpdateEntries<K, V, S>& entries) {
  { f(entries) } -> std::ranges::input_range;
  requires std::convertible_to<std::ranges::range_value_t<decltype(f(entries))>, std::pair<K, S>>;
};

/// Which of the three forms a function has. Defined for every F, as PairTraits is: where the state's type is not known,
/// it has none.
template <class F, class T, class S>
struct UpdateTraits {
  static constexpr bool kByKey = UpdatesOne<F, ValueOf<T>, S>;
  static constexpr bool kByTime = UpdatesOne<F, ValueOf<T>, S, Time, const KeyOf<T>&>;
  static constexpr bool kByPartition = UpdatesPartition<F, KeyOf<T>, ValueOf<T>, S>;
};
template <class F, class T>
struct UpdateTraits<F, T, void> {
  static constexpr bool kByKey = false, kByTime = false, kByPartition = false;
};
template <class F, class T, class S>
constexpr bool kUpdates =
    UpdateTraits<F, T, S>::kByKey || UpdateTraits<F, T, S>::kByTime || UpdateTraits<F, T, S>::kByPartition;

}  // namespace core

/// A function of updateStateByKey, in one of its three forms, for states of type S (void: as its signature says).
template <class F, class T, class S>
concept StateUpdateFn = std::copy_constructible<F> && core::kUpdates<F, T, core::StateTypeOf<F, S>>;

namespace core {

template <class T, class S>
struct UpdatedPair {
  using type = std::pair<KeyOf<T>, S>;
};
template <class T>
struct UpdatedPair<T, void> {
  using type = int;
};

}  // namespace core

/// The record (key, state) that updateStateByKey gives.
template <class F, class T, class S>
using UpdatedState = typename core::UpdatedPair<T, core::StateTypeOf<F, S>>::type;

}  // namespace millrace
