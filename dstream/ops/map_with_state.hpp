#pragma once

#include <millrace/base/error.hpp>
#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/state/map_with_state_stream.hpp>
#include <millrace/rdd/core/shuffle/exchange.hpp>

namespace millrace {

namespace core {

/// Whether a function can be called for each record of a stream of (K, V).
template <class F, class K, class V, class S>
consteval bool isCalledWith() {
  if constexpr (!StateFn<F>) {
    return false;
  } else if constexpr (StateFnTraitsOf<F>::kTakesTime) {
    return std::invocable<F&, Time, const K&, const std::optional<V>&, State<S>&>;
  } else {
    return std::invocable<F&, const K&, const std::optional<V>&, State<S>&>;
  }
}
template <class F, class K, class V, class S>
inline constexpr bool kIsCalledWith = isCalledWith<F, K, V, S>();

}  // namespace core

/// What the function of mapWithState emits, and the states behind it.
template <class K, class S, class M>
class MapWithStateDStream : public DStream<M> {
 public:
  using DStream<M>::DStream;

  /// All (key, state) after each batch.
  DStream<std::pair<K, S>> stateSnapshots() const {
    return DStream<std::pair<K, S>>(core::stateSnapshotsStream(this->node()));
  }
};

template <class T>
template <class F>
  requires PairLike<T>
auto PairDStreamFunctions<T>::mapWithState(const StateSpecOf<F>& spec) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  using S = typename StateSpecOf<F>::S;
  using M = owned_t<typename StateSpecOf<F>::Traits::Mapped>;
  core::KeptRecord<S>();
  core::KeptRecord<M>();
  constexpr bool kFits = core::kIsCalledWith<F, K, V, S>;
  static_assert(kFits || !StateFn<F>,
                "the function of mapWithState has to take this stream's keys and values: M f(const K& key, "
                "std::optional<V> value, State<S>& state), for a stream of std::pair<K, V>");
  if constexpr (kFits) {
    if (spec.initialKey() != nullptr && *spec.initialKey() != typeid(K))
      throw IllegalArgument("mapWithState: the keys of initialState() are of another type than the stream's");
    auto partitioner = core::partitionerOf(spec.partitions(), *node_);
    core::Router<K> router(partitioner);
    core::StateWork work;
    work.tables = std::make_shared<core::KeyedStates<K, V, F>>(partitioner, spec.function(), spec.timeout());
    work.records = std::make_shared<core::RecordExchange<T, core::ByKey<K>>>(router);
    work.states = std::make_shared<core::RecordExchange<std::pair<K, S>, core::ByKey<K>>>(router);
    work.initial = spec.initial();
    work.partitioner = std::move(partitioner);
    return MapWithStateDStream<K, S, M>(core::mapWithStateStream(node_, std::move(work)));
  } else {
    return MapWithStateDStream<K, S, M>(node_);
  }
}

}  // namespace millrace
