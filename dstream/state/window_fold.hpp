#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/rdd/core/block.hpp>
#include <millrace/rdd/core/combine.hpp>
#include <millrace/rdd/core/table.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// A window's own tables, kept up to date by what enters and what leaves. Costs what changed.
struct WindowFold : MovingTables {
  /// Takes the leaving batches' values off, then adds the entering ones, then drops what the filter refuses.
  virtual void slide(int partition, const std::vector<BlockPtr>& leaving, const std::vector<BlockPtr>& entering) = 0;
};

/// The stream of an incremental window over a stream whose RDDs are tables (see CombineSpec): after each slide its RDD
/// is what the fold holds. RDDs asked for later than the next slide get a copy, made only where someone can ask.
StreamPtr incrementalWindow(const StreamPtr& reduced, Duration window, Duration slide, std::unique_ptr<WindowFold> fold,
                            PartitionerPtr partitioner);

/// Lets every RDD pass: the filter of a window without one.
struct KeepAll {};

/// The fold of reduceByKeyAndWindow with an inverse. `reduce` and `inverse` are `V(V, const V&)`.
template <class K, class V, class Reduce, class Inverse, class Filter>
class InverseFold final : public WindowFold {
 public:
  InverseFold(int partitions, Reduce reduce, Inverse inverse, Filter filter)
      : tables_(static_cast<std::size_t>(partitions)),
        reduce_(std::move(reduce)),
        inverse_(std::move(inverse)),
        filter_(std::move(filter)) {}

  void slide(int partition, const std::vector<BlockPtr>& leaving, const std::vector<BlockPtr>& entering) override {
    Table<K, V>& table = tables_[static_cast<std::size_t>(partition)];
    std::vector<Stored> unknown;
    for (const BlockPtr& block : leaving) takeOff(table, tableOf(block), unknown);
    for (const BlockPtr& block : entering) add(table, tableOf(block));
    checkKnown(unknown, table);
    if constexpr (!std::is_same_v<Filter, KeepAll>) {
      for (const BlockPtr& block : leaving) drop(table, tableOf(block));
      for (const BlockPtr& block : entering) drop(table, tableOf(block));
      table.compact();
    }
  }

  ReaderPtr read(int partition) const override {
    return std::make_unique<TableReader<K, V>>(tables_[static_cast<std::size_t>(partition)]);
  }
  BlockPtr copy(int partition) const override {
    return std::make_shared<TableBlock<K, V>>(tables_[static_cast<std::size_t>(partition)].copy());
  }

 private:
  using Form = KeyForm<K>;
  using Stored = typename Form::Stored;

  static const Table<K, V>& tableOf(const BlockPtr& block) {
    return static_cast<const TableBlock<K, V>&>(*block).table;
  }

  void takeOff(Table<K, V>& table, const Table<K, V>& batch, std::vector<Stored>& unknown) {
    for (const auto& [key, value] : batch) {
      if (V* held = table.find(key)) {
        *held = inverse_(std::move(*held), value);
      } else {
        unknown.push_back(key);
      }
    }
  }

  void add(Table<K, V>& table, const Table<K, V>& batch) {
    if (table.empty()) table.reserve(batch.size());
    for (const auto& [key, value] : batch)
      table.upsert(
          key, [&] { return value; }, [&](V& held) { held = reduce_(std::move(held), value); });
  }

  void checkKnown(const std::vector<Stored>& unknown, const Table<K, V>& table) const {
    for (const Stored& key : unknown) {
      if (table.find(key) == nullptr)
        throw SparkException(
            "a value leaves the window whose key the window does not hold: the filter dropped a key that still had "
            "values in it, or equal keys have different hashes");
    }
  }

  void drop(Table<K, V>& table, const Table<K, V>& batch) {
    for (const auto& [key, value] : batch) {
      V* held = table.find(key);
      if (held != nullptr && !filter_(std::pair<K, V>(Form::load(key), *held))) table.erase(key);
    }
  }

  std::vector<Table<K, V>> tables_;
  Reduce reduce_;
  Inverse inverse_;
  Filter filter_;
};

}  // namespace millrace::core
