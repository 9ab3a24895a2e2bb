#pragma once

#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/dstream/state/table_codec.hpp>
#include <millrace/dstream/state/update_call.hpp>
#include <millrace/rdd/core/combine.hpp>
#include <millrace/rdd/core/table.hpp>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace millrace::core {

/// The states of updateStateByKey, one table per partition.
struct UpdateTables : MovingTables {
  /// Takes over the states to begin with (`initial` may be null), then calls the function once for every key that has a
  /// state or new values (`values` may be null).
  virtual void update(int partition, Time time, const BlockPtr& values, const BlockPtr& initial) = 0;
};

/// One pass over a partition's table, which finds the new values of its keys, and one over the keys that are new.
template <class T, class S, class F>
class UpdatedStates final : public UpdateTables {
 public:
  using K = KeyOf<T>;

  UpdatedStates(int partitions, F function) : tables_(partitions), function_(std::move(function)) {}

  void update(int partition, Time time, const BlockPtr& values, const BlockPtr& initial) override {
    Table<K, S>& table = tables_.own(partition);
    if (initial) begin(table, static_cast<const VectorBlock<std::pair<K, S>>&>(*initial));
    UpdateCall<T, S, F> call(function_, time);
    if (values) {
      updateAll(table, static_cast<const ValueGroups<T>&>(*values), call);
    } else {
      updateOld(table, call, [](const Stored&) { return std::span<const ValueOf<T>>(); });
    }
    table.compact();
  }

  BlockPtr table(int partition) const override { return tables_.block(partition); }
  void write(int partition, ByteWriter& to) const override {
    writeTable(to, tables_.block(partition)->table);
  }
  void read(int partition, ByteReader& from) override { readTable(from, tables_.own(partition)); }

 private:
  using Stored = typename KeyForm<K>::Stored;

  static void begin(Table<K, S>& table, const VectorBlock<std::pair<K, S>>& initial) {
    for (const auto& [key, state] : initial.stored)
      table.upsert(
          KeyForm<K>::probe(key), [&] { return state; }, [](S&) {});
  }

  template <class Call, class Values>
  static void updateOld(Table<K, S>& table, Call& call, Values valuesOf) {
    for (auto next = table.begin(); next != table.end();) {
      auto at = next++;
      std::optional<S> state(std::move(at->second));
      call(at->first, valuesOf(at->first), state);
      if (state) {
        at->second = std::move(*state);
      } else {
        table.erase(at);
      }
    }
  }

  template <class Call>
  static void updateAll(Table<K, S>& table, const ValueGroups<T>& news, Call& call) {
    const auto& values = std::get<0>(news.sides);
    std::vector<char> seen(news.groups.size());
    updateOld(table, call, [&](const Stored& key) {
      const std::size_t* group = news.groups.find(key);
      if (group == nullptr) return std::span<const ValueOf<T>>();
      seen[*group] = 1;
      return values.of(*group);
    });
    for (const auto& [key, group] : news.groups) {
      if (seen[group] != 0) continue;
      std::optional<S> state;
      call(key, values.of(group), state);
      if (!state) continue;
      table.upsert(
          key, [&] { return std::move(*state); }, [](S&) {});
    }
  }

  SharedTables<TableBlock<K, S>> tables_;
  F function_;
};

}  // namespace millrace::core
