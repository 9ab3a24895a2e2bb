#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/state.hpp>
#include <millrace/rdd/rdd.hpp>

#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace millrace {

namespace core {

/// What the signature of a function for mapWithState says: f(key, value, state), or f(time, key, value, state), which
/// gives an optional.
template <class Signature>
struct StateFnTraits {
  static constexpr bool kIsStateFn = false;
  using StateType = int;
  using Mapped = int;
};
template <class R, class K, class V, class S>
struct StateFnTraits<R(K, V, State<S>&)> {
  static constexpr bool kIsStateFn = true;
  static constexpr bool kTakesTime = false;
  using StateType = S;
  using Mapped = std::decay_t<R>;
};
template <class R, class T, class K, class V, class S>
  requires requires { typename std::decay_t<R>::value_type; }
struct StateFnTraits<R(T, K, V, State<S>&)> {
  static constexpr bool kIsStateFn = true;
  static constexpr bool kTakesTime = true;
  using StateType = S;
  using Mapped = typename std::decay_t<R>::value_type;
};
template <class K, class V, class S>
struct StateFnTraits<void(K, V, State<S>&)> : StateFnTraits<void> {
  static constexpr bool kGivesNothing = true;
};
template <class T, class K, class V, class S>
struct StateFnTraits<void(T, K, V, State<S>&)> : StateFnTraits<void> {
  static constexpr bool kGivesNothing = true;
};

template <class F>
struct SignatureOf {
  using type = void;
};
template <class F>
  requires requires { &F::operator(); }
struct SignatureOf<F> : SignatureOf<decltype(&F::operator())> {};
template <class R, class... Args>
struct SignatureOf<R (*)(Args...)> {
  using type = R(Args...);
};
template <class R, class C, class... Args>
struct SignatureOf<R (C::*)(Args...)> {
  using type = R(Args...);
};
template <class R, class C, class... Args>
struct SignatureOf<R (C::*)(Args...) const> {
  using type = R(Args...);
};

/// `static` functions and those that promise not to throw.
template <class R, class... Args>
struct SignatureOf<R (*)(Args...) noexcept> : SignatureOf<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct SignatureOf<R (C::*)(Args...) noexcept> : SignatureOf<R (C::*)(Args...)> {};
template <class R, class C, class... Args>
struct SignatureOf<R (C::*)(Args...) const noexcept> : SignatureOf<R (C::*)(Args...)> {};

/// IllegalArgument below 0.
void checkTimeout(Duration idle);

template <class F>
using StateFnTraitsOf = StateFnTraits<typename SignatureOf<F>::type>;

}  // namespace core

/// A function for mapWithState: M f(key, std::optional<V>, State<S>&), or std::optional<M> f(Time, key,
/// std::optional<V>, State<S>&); not generic, because its signature names the state's type.
template <class F>
concept StateFn = std::copy_constructible<F> && core::StateFnTraitsOf<F>::kIsStateFn;

/// What mapWithState is to do: the function, and how its states are kept. (Spark: StateSpec)
template <class F>
class StateSpecOf {
 public:
  using Traits = core::StateFnTraitsOf<F>;
  using S = typename Traits::StateType;

  explicit StateSpecOf(F toCall) : function_(std::move(toCall)) {}

  /// States to begin with: an RDD of (key, state). mapWithState throws IllegalArgument if its keys, owned, are of another
  /// type than the stream's.
  template <class K>
  StateSpecOf initialState(const RDD<std::pair<K, S>>& states) const {
    StateSpecOf changed = *this;
    changed.initial_ = RDD<std::pair<owned_t<K>, S>>(states).node();
    changed.initialKey_ = &typeid(owned_t<K>);
    return changed;
  }
  /// How the states are spread: by hash over so many partitions, or by a partitioner; the last call wins. By hash with
  /// default parallelism if not said.
  StateSpecOf numPartitions(int partitions) const { return spread(partitions); }
  StateSpecOf partitioner(const Partitioner& partitioner) const { return spread(partitioner); }
  /// Removes the state of a key for which nothing came for longer than `idle`; the function is called for it once more,
  /// without a value. Idle keys are looked for at every checkpoint of the stream (by default every ten batches). IllegalArgument
  /// below 0.
  StateSpecOf timeout(Duration idle) const {
    core::checkTimeout(idle);
    StateSpecOf changed = *this;
    changed.timeout_ = idle;
    return changed;
  }

  const F& function() const { return function_; }
  const core::NodePtr& initial() const { return initial_; }
  /// The type of the keys of the initial states; null if there are none.
  const std::type_info* initialKey() const { return initialKey_; }
  const Partitions& partitions() const { return partitions_; }
  const std::optional<Duration>& timeout() const { return timeout_; }

 private:
  StateSpecOf spread(const Partitions& partitions) const {
    StateSpecOf changed = *this;
    changed.partitions_ = partitions;
    return changed;
  }

  F function_;
  core::NodePtr initial_;
  const std::type_info* initialKey_ = nullptr;
  Partitions partitions_;
  std::optional<Duration> timeout_;
};

struct StateSpec {
  template <class F>
  static StateSpecOf<F> function(F function) {
    static_assert(
        !requires { core::StateFnTraitsOf<F>::kGivesNothing; },
        "the function of mapWithState gives nothing: let it return what the stream is to emit for a record");
    static_assert(
        StateFn<F> || requires { core::StateFnTraitsOf<F>::kGivesNothing; },
        "the function of mapWithState has to be M f(const K& key, std::optional<V> value, State<S>& state), "
        "or "
        "std::optional<M> f(Time, key, value, state), with the types written out: `auto` does not say what S "
        "is");
    return StateSpecOf<F>(std::move(function));
  }
};

}  // namespace millrace
