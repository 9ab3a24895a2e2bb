#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/block.hpp>
#include <millrace/rdd/core/combine.hpp>
#include <millrace/rdd/core/table.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// A window's own mutable tables, one per partition, kept up to date by what enters and what leaves. Costs what
/// changed. One thread at a time per partition.
struct WindowFold {
  virtual ~WindowFold() = default;
  /// Takes the leaving batches' values off, then adds the entering ones, then drops what the filter refuses. If the
  /// user's functions throw half-way, the partition is lost.
  virtual void slide(int partition, const std::vector<BlockPtr>& leaving,
                     const std::vector<BlockPtr>& entering) = 0;
  /// The table as it is. If somebody still holds it then, the next slide leaves it to them and goes on with a copy.
  virtual BlockPtr table(int partition) const = 0;
};

/// The stream of an incremental window over a stream whose RDDs are tables (see CombineSpec): after each slide its RDD
/// is what the fold holds. RDDs that can be asked for later than the next slide keep theirs.
StreamPtr incrementalWindow(const StreamPtr& reduced, Duration window, Duration slide,
                            std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner);

/// Lets every RDD pass: the filter of a window without one.
struct KeepAll {};

/// The fold of reduceByKeyAndWindow with an inverse. `reduce` and `inverse` are `V(V, const V&)`.
template <class K, class V, class Reduce, class Inverse, class Filter>
class InverseFold final : public WindowFold {
 public:
  InverseFold(int partitions, Reduce reduce, Inverse inverse, Filter filter)
      : reduce_(std::move(reduce)), inverse_(std::move(inverse)), filter_(std::move(filter)) {
    for (int p = 0; p < partitions; ++p) tables_.push_back(std::make_shared<Held>(Table<K, V>()));
  }

  void slide(int partition, const std::vector<BlockPtr>& leaving,
             const std::vector<BlockPtr>& entering) override {
    Table<K, V>& table = ownTable(partition);
    std::vector<Stored> unknown;
    Inverse inverse = inverse_;
    for (const BlockPtr& block : leaving) takeOff(table, tableOf(block), inverse, unknown);
    Reduce reduce = reduce_;
    for (const BlockPtr& block : entering) add(table, tableOf(block), reduce);
    checkKnown(unknown, table);
    if constexpr (!std::is_same_v<Filter, KeepAll>) {
      for (const BlockPtr& block : leaving) drop(table, tableOf(block));
      for (const BlockPtr& block : entering) drop(table, tableOf(block));
      table.compact();
    }
  }

  BlockPtr table(int partition) const override { return tables_[static_cast<std::size_t>(partition)]; }

 private:
  using Form = KeyForm<K>;
  using Stored = typename Form::Stored;
  using Held = TableBlock<K, V>;

  static const Table<K, V>& tableOf(const BlockPtr& block) {
    return static_cast<const TableBlock<K, V>&>(*block).table;
  }

  Table<K, V>& ownTable(int partition) {
    std::shared_ptr<Held>& held = tables_[static_cast<std::size_t>(partition)];
    if (held.use_count() > 1) {
      held = std::make_shared<Held>(held->table.copy());
    } else {
      auto touched = held;  // puts what readers did before they let go before what follows
    }
    return held->table;
  }

  void takeOff(Table<K, V>& table, const Table<K, V>& batch, Inverse& inverse, std::vector<Stored>& unknown) {
    for (const auto& [key, value] : batch) {
      if (V* held = table.find(key)) {
        *held = inverse(std::move(*held), value);
      } else {
        unknown.push_back(key);
      }
    }
  }

  void add(Table<K, V>& table, const Table<K, V>& batch, Reduce& reduce) {
    if (table.empty()) table.reserve(batch.size());
    for (const auto& [key, value] : batch)
      table.upsert(
          key, [&] { return value; }, [&](V& held) { held = reduce(std::move(held), value); });
  }

  void checkKnown(const std::vector<Stored>& unknown, const Table<K, V>& table) const {
    for (const Stored& key : unknown) {
      if (table.find(key) == nullptr)
        throw SparkException(
            "a value leaves the window whose key the window does not hold: the filter dropped a key that "
            "still had "
            "values in it, or equal keys have different hashes");
    }
  }

  void drop(Table<K, V>& table, const Table<K, V>& batch) {
    for (const auto& [key, value] : batch) {
      V* held = table.find(key);
      if (held != nullptr && !filter_(std::pair<K, V>(Form::load(key), *held))) table.erase(key);
    }
  }

  std::vector<std::shared_ptr<Held>> tables_;
  Reduce reduce_;
  Inverse inverse_;
  Filter filter_;
};

}  // namespace millrace::core
