#pragma once

#include <millrace/base/error.hpp>
#include <millrace/dstream/state/keep_all.hpp>
#include <millrace/dstream/state/keyed_tables.hpp>
#include <millrace/dstream/state/window_fold.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/table_block.hpp>

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// The fold of reduceByKeyAndWindow with an inverse: takes the values of leaving batches off, adds those of entering
/// ones, then drops the keys that the filter refuses. `reduce` and `inverse` are `V(V, const V&)`. If one throws
/// half-way, the state is lost.
template <class K, class V, class Reduce, class Inverse, class Filter>
class InverseFold final : public KeyedTables<K, V, TableBlock<K, V>, WindowFold> {
 public:
  InverseFold(const PartitionerPtr& partitioner, Reduce reduce, Inverse inverse, Filter filter)
      : Tables(partitioner),
        reduce_(std::move(reduce)),
        inverse_(std::move(inverse)),
        filter_(std::move(filter)) {}

  void slide(int partition, const WindowSlide& slide) override {
    Table<K, V>& table = this->own(partition);
    Changes<K, V>& changes = this->changes(partition);
    std::vector<Stored> unknown;
    Inverse inverse = inverse_;
    for (const BlockPtr& block : slide.leaving) takeOff(table, tableOf(block), inverse, changes, unknown);
    Reduce reduce = reduce_;
    for (const BlockPtr& block : slide.entering) add(table, tableOf(block), reduce, changes);
    checkKnown(unknown, table);
    if constexpr (!std::is_same_v<Filter, KeepAll>) {
      Filter filter = filter_;
      for (const BlockPtr& block : slide.leaving) drop(table, tableOf(block), filter);
      for (const BlockPtr& block : slide.entering) drop(table, tableOf(block), filter);
      table.compact();
    }
  }

 private:
  using Tables = KeyedTables<K, V, TableBlock<K, V>, WindowFold>;
  using Form = KeyForm<K>;
  using Stored = typename Form::Stored;
  using Held = TableBlock<K, V>;

  static const Table<K, V>& tableOf(const BlockPtr& block) { return static_cast<const Held&>(*block).table; }

  void takeOff(Table<K, V>& table, const Table<K, V>& batch, Inverse& inverse, Changes<K, V>& changes,
               std::vector<Stored>& unknown) {
    table.visitAhead(batch, [&](const auto& entry, const Stored& key, const Hint& hint) {
      if (V* held = table.find(key, hint)) {
        *held = inverse(std::move(*held), entry.second);
        changes.note(key);
      } else {
        unknown.push_back(key);
      }
    });
  }

  void add(Table<K, V>& table, const Table<K, V>& batch, Reduce& reduce, Changes<K, V>& changes) {
    if (table.empty()) table.reserve(batch.size());
    table.visitAhead(batch, [&](const auto& entry, const Stored& key, const Hint& hint) {
      table.upsert(
          key, hint, [&] { return entry.second; },
          [&](V& held) { held = reduce(std::move(held), entry.second); });
      changes.note(key);
    });
  }

  void checkKnown(const std::vector<Stored>& unknown, const Table<K, V>& table) const {
    for (const Stored& key : unknown) {
      if (table.find(key) == nullptr)
        throw SparkException(
            "a value leaves the window whose key the window does not hold: the filter dropped a key that "
            "still had "
            "values in it, equal keys have different hashes, or a key does not equal itself: compare its "
            "numbers "
            "with millrace::NaturalEqual, by which NaN equals NaN");
    }
  }

  static void drop(Table<K, V>& table, const Table<K, V>& batch, Filter& filter) {
    for (const auto& [key, value] : batch) {
      V* held = table.find(key);
      if (held != nullptr && !filter(loadPair<K>(key, *held))) table.erase(key);
    }
  }

  const Reduce reduce_;
  const Inverse inverse_;
  const Filter filter_;
};

}  // namespace millrace::core
