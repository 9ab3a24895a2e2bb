#pragma once

#include <millrace/dstream/state/update_fn.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/ops/cogroup.hpp>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace millrace::core {

/// The new values of a partition, by key.
template <class T>
using ValueGroups = GroupBlock<EmitGroups, KeyOf<T>, ValueOf<T>>;

/// Calls a function of updateStateByKey for one key, with the arguments that it takes.
template <class T, class S, class F>
class UpdateCall {
 public:
  using K = KeyOf<T>;
  using V = ValueOf<T>;

  UpdateCall(const F& function, Time time) : function_(function), time_(time) {}

  /// Replaces the state by what the function gives. Inlined, where it is called for every state: a call costs as much as
  /// all else that a pass does with one.
  [[gnu::always_inline]] void operator()(const typename KeyForm<K>::Stored& key, std::span<const V> values,
                                         std::optional<S>& state) {
    if constexpr (UpdateTraits<F, T, S>::kByKey) {
      withValues(values, state);
    } else {
      withValues(values, state, time_, static_cast<const K&>(KeyForm<K>::load(key)));
    }
  }

 private:
  template <class... Before>
  [[gnu::always_inline]] void withValues(std::span<const V> values, std::optional<S>& state,
                                         const Before&... before) {
    if constexpr (UpdatesSpan<F, V, S, Before...>) {
      state = function_(before..., values, std::move(state));
    } else {
      values_.clear();
      for (const V& value : values) values_.push_back(value);
      state = function_(before..., values_, std::move(state));
    }
  }

  F function_;
  const Time time_;
  std::vector<V> values_;
};

}  // namespace millrace::core
