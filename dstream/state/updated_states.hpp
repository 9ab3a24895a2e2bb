#pragma once

#include <millrace/dstream/state/table_codec.hpp>
#include <millrace/dstream/state/update_call.hpp>
#include <millrace/dstream/state/update_tables.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/combine.hpp>

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
class UpdatedStates final : public UpdateTables {
 public:
  using K = KeyOf<T>;

  UpdatedStates(int partitions, F function) : tables_(partitions), function_(std::move(function)) {}

  void update(int partition, Time time, const BlockPtr& values, const BlockPtr& states) override {
    Table<K, S>& table = tables_.own(partition);
    if (states) begin(table, static_cast<const VectorBlock<std::pair<K, S>>&>(*states));
    UpdateCall<T, S, F> call(function_, time);
    const Values none;
    updateAll(table, values ? static_cast<const Values&>(*values) : none, call);
    table.compact();
  }

  BlockPtr table(int partition) const override { return tables_.block(partition); }
  void write(int partition, ByteWriter& to) const override {
    writeTable(to, tables_.block(partition)->table);
  }
  void read(int partition, ByteReader& from) override { readTable(from, tables_.own(partition)); }

 private:
  using V = ValueOf<T>;
  using Stored = typename KeyForm<K>::Stored;
  using Values = ValueGroups<T>;
  /// A state with new values, and their group.
  struct Renewed {
    const S* state;
    std::size_t group;
  };

  static void begin(Table<K, S>& table, const VectorBlock<std::pair<K, S>>& initial) {
    for (const auto& [key, state] : initial.stored)
      table.upsert(
          KeyForm<K>::probe(key), [&] { return state; }, [](S&) {});
  }

  /// Looks up the state of each key that has new values, and not the new values of each state: there are fewer such
  /// keys.
  static void updateAll(Table<K, S>& table, const Values& news, UpdateCall<T, S, F>& call) {
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
    updateOld(table, renewed, values, call);
    for (const auto& [key, group] : unknown) {
      std::optional<S> state;
      call(*key, values.of(group), state);
      if (!state) continue;
      table.upsert(
          *key, [&] { return std::move(*state); }, [](S&) {});
    }
  }

  static void updateOld(Table<K, S>& table, const std::vector<Renewed>& renewed,
                        const GroupedValues<V>& values, UpdateCall<T, S, F>& call) {
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
      std::optional<S> state(std::move(at->second));
      call(at->first, given, state);
      if (state) {
        at->second = std::move(*state);
      } else {
        table.erase(at);
      }
    }
  }

  SharedTables<TableBlock<K, S>> tables_;
  F function_;
};

}  // namespace millrace::core
