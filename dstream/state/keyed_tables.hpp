#pragma once

#include <millrace/base/error.hpp>
#include <millrace/dstream/state/changes.hpp>
#include <millrace/dstream/state/entry_codec.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

/// What a program knows as a state, of what a table holds for it.
template <class V>
struct ShownState {
  using type = V;
};

/// The tables of a state by key, with the changes in them: of a `Base`, which is a kind of MovingTables, all that has to do
/// with where entries lie, how they are kept and how they come back. `B` is the block that shows a table.
template <class K, class V, class B, class Base>
class KeyedTables : public Base {
 public:
  BlockPtr table(int partition) const final { return tables_.block(partition); }
  std::size_t bytes(int partition) const final { return tables_.bytes(partition); }
  void requireCodecs() const final {
    if constexpr (!kHasCodec<K>) throwNoCodec<K>();
    if constexpr (!kHasCodec<V>) throwNoCodec<typename ShownState<V>::type>();
  }
  std::string entryType() const final {
    return nameOf(typeid(K)) + " to " + nameOf(typeid(typename ShownState<V>::type));
  }
  StateDeltaPtr takeChanges(int partition) final {
    return changes(partition).take(tables_.block(partition)->table);
  }
  void reserve(std::size_t entries) final {
    const auto partitions = static_cast<std::size_t>(tables_.partitions());
    for (int p = 0; p < tables_.partitions(); ++p) own(p).reserve(entries / partitions);
  }
  void put(std::string_view key, std::string_view value) final {
    ByteReader keyBytes(key), valueBytes(value);
    const K loaded = readState<K>(keyBytes);
    const auto& probe = KeyForm<K>::probe(loaded);
    tables_.own(static_cast<int>(router_(probe, tables_.partitions())))
        .upsert(
            probe, [&] { return readState<V>(valueBytes); }, [](V&) {});
    requireRead(keyBytes);
    requireRead(valueBytes);
  }

 protected:
  explicit KeyedTables(const PartitionerPtr& partitioner)
      : tables_(partitioner->partitions()),
        changes_(static_cast<std::size_t>(partitioner->partitions())),
        router_(partitioner) {}

  /// The table of a partition, to be changed; each key whose entry is another one then is noted in the changes.
  Table<K, V>& own(int partition) { return tables_.own(partition); }
  Changes<K, V>& changes(int partition) { return changes_[static_cast<std::size_t>(partition)]; }

 private:
  SharedTables<B> tables_;
  std::vector<Changes<K, V>> changes_;
  const Router<K> router_;
};

}  // namespace millrace::core
