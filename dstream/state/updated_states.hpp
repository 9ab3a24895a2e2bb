#pragma once

#include <millrace/dstream/state/keyed_tables.hpp>
#include <millrace/dstream/state/state_before.hpp>
#include <millrace/dstream/state/update_call.hpp>
#include <millrace/dstream/state/update_tables.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/table_block.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace millrace::core {

/// The states of an updateStateByKey whose function takes one key: one pass over a partition's table, and one over the keys
/// that are new.
template <class T, class S, class F>
class UpdatedStates final : public KeyedTables<KeyOf<T>, S, TableBlock<KeyOf<T>, S>, UpdateTables> {
 public:
  using K = KeyOf<T>;

  UpdatedStates(const PartitionerPtr& partitioner, F function)
      : Tables(partitioner), function_(std::move(function)) {}

  void update(int partition, Time time, const BlockPtr& values, const BlockPtr& states) override {
    Table<K, S>& table = this->own(partition);
    Changes<K, S>& changes = this->changes(partition);
    if (states) begin(table, static_cast<const VectorBlock<std::pair<K, S>>&>(*states), changes);
    UpdateCall<T, S, F> call(function_, time);
    const Values none;
    const Values& news = values ? static_cast<const Values&>(*values) : none;
    if (changes.areRecorded()) {
      updateAll<true>(table, news, call, changes);
    } else {
      updateAll<false>(table, news, call, changes);
    }
    table.compact();
  }

 private:
  using Tables = KeyedTables<K, S, TableBlock<K, S>, UpdateTables>;
  using V = ValueOf<T>;
  using Stored = typename KeyForm<K>::Stored;
  using Values = ValueGroups<T>;
  /// A state with new values, and their group.
  struct Renewed {
    const S* state;
    std::size_t group;
  };

  static void begin(Table<K, S>& table, const VectorBlock<std::pair<K, S>>& initial, Changes<K, S>& changes) {
    for (const auto& [key, state] : initial.stored) {
      table.upsert(
          KeyForm<K>::probe(key), [&] { return state; }, [](S&) {});
      changes.note(KeyForm<K>::probe(key));
    }
  }

  /// Looks up the state of each key that has new values, and not the new values of each state: there are fewer such
  /// keys.
  template <bool kRecords>
  static void updateAll(Table<K, S>& table, const Values& news, UpdateCall<T, S, F>& call,
                        Changes<K, S>& changes) {
    std::vector<Renewed> renewed;
    std::vector<std::pair<const Stored*, std::size_t>> unknown;
    table.visitAhead(news.groups, [&](const auto& entry, const Stored& key, const Hint& hint) {
      const auto& [stored, group] = entry;
      if (const S* state = table.find(key, hint)) {
        renewed.push_back({state, group});
      } else {
        unknown.emplace_back(&stored, group);
      }
    });
    // The states are nearly in order: both tables iterate in the order of hashes.
    insertionSort(renewed.data(), renewed.data() + renewed.size(),
                  [](const Renewed& a, const Renewed& b) { return std::less<>()(a.state, b.state); });
    const auto& values = std::get<0>(news.sides);
    updateOld<kRecords>(table, renewed, values, call, changes);
    for (const auto& [key, group] : unknown) {
      std::optional<S> state;
      call(*key, values.of(group), state);
      if (!state) continue;
      table.upsert(
          *key, [&] { return std::move(*state); }, [](S&) {});
      changes.note(*key);
    }
  }

  /// The function gets the state itself and not a copy, so to see whether it has given another one, one has to be kept.
  template <bool kRecords>
  static void updateOld(Table<K, S>& table, const std::vector<Renewed>& renewed,
                        const GroupedValues<V>& values, UpdateCall<T, S, F>& call, Changes<K, S>& changes) {
    constexpr std::size_t kAhead = 16;
    std::size_t next = 0;
    for (auto entry = table.begin(); entry != table.end();) {
      auto at = entry++;
      std::span<const V> given;
      if (next < renewed.size() && renewed[next].state == &at->second) {
        if (next + 2 * kAhead < renewed.size()) values.fetchPlace(renewed[next + 2 * kAhead].group);
        if (next + kAhead < renewed.size()) values.fetchValues(renewed[next + kAhead].group);
        given = values.of(renewed[next++].group);
      }
      std::optional<StateBefore<S>> before;
      if constexpr (kRecords) {
        if (given.empty()) before.emplace(at->second);
      }
      std::optional<S> state(std::move(at->second));
      call(at->first, given, state);
      if constexpr (kRecords) {
        if (!before || before->differsFrom(state)) changes.note(at->first);
      }
      if (state) {
        at->second = std::move(*state);
      } else {
        table.erase(at);
      }
    }
  }

  F function_;
};

}  // namespace millrace::core
