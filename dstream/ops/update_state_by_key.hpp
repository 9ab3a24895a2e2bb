#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/state/entry_states.hpp>
#include <millrace/dstream/state/update_state_stream.hpp>
#include <millrace/dstream/state/updated_states.hpp>
#include <millrace/rdd/core/shuffle/exchange.hpp>

namespace millrace {

namespace core {

template <class T, class S, class F>
StreamPtr updatedStream(const StreamPtr& parent, F function, const Partitions& partitions,
                        bool rememberPartitioner, NodePtr initial) {
  using K = KeyOf<T>;
  UpdateWork work;
  work.partitioner = partitionerOf(partitions, *parent);
  constexpr bool kByPartition = UpdateTraits<F, T, S>::kByPartition;
  using States = std::conditional_t<kByPartition, EntryStates<T, S, F>, UpdatedStates<T, S, F>>;
  work.tables = std::make_shared<States>(work.partitioner, std::move(function));
  work.values = std::make_shared<GroupSpec<EmitGroups, K, Side<T>>>(work.partitioner);
  work.states = std::make_shared<RecordExchange<std::pair<K, S>, ByKey<K>>>(Router<K>(work.partitioner));
  work.initial = std::move(initial);
  work.rememberPartitioner = rememberPartitioner;
  return updateStateStream(parent, std::move(work));
}

}  // namespace core

template <class T>
template <class S, class F>
  requires PairLike<T> && StateUpdateFn<F, T, S>
DStream<UpdatedState<F, T, S>> PairDStreamFunctions<T>::updateStateByKey(
    F function, const Partitions& partitions, const RDD<UpdatedState<F, T, S>>& initial) const {
  return updateStateByKey<S>(std::move(function), partitions, true, initial);
}

template <class T>
template <class S, class F>
  requires PairLike<T> && StateUpdateFn<F, T, S>
DStream<UpdatedState<F, T, S>> PairDStreamFunctions<T>::updateStateByKey(
    F function, const Partitions& partitions, bool rememberPartitioner,
    const RDD<UpdatedState<F, T, S>>& initial) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::KeptRecord<core::StateTypeOf<F, S>>();
  using State = core::StateTypeOf<F, S>;
  return DStream<UpdatedState<F, T, S>>(core::updatedStream<T, State>(node_, std::move(function), partitions,
                                                                      rememberPartitioner, initial.node()));
}

}  // namespace millrace
