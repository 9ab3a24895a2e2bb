#pragma once

#include <millrace/dstream/state/entry_codec.hpp>
#include <millrace/dstream/state/update_call.hpp>
#include <millrace/dstream/state/update_tables.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

/// The entries that a function of a whole partition gets: keys with a state first, then those with new values only. Of
/// a key with several states, one is taken.
template <class T, class S>
class HeldEntries final : public UpdateEntries<KeyOf<T>, ValueOf<T>, S> {
 public:
  using K = KeyOf<T>;
  using V = ValueOf<T>;
  using Entry = UpdateEntry<K, V, S>;

  HeldEntries(const ValueGroups<T>* news, const VectorBlock<std::pair<K, S>>& states) : news_(news) {
    if (news_) {
      seen_.resize(news_->groups.size());
      newKey_ = news_->groups.begin();
    }
    for (const auto& [key, state] : states.stored)
      states_.upsert(
          KeyForm<K>::probe(key), [&] { return state; }, [](S&) {});
    oldKey_ = states_.begin();
  }

 private:
  std::optional<Entry> next() override {
    if (oldKey_ != states_.end()) {
      auto at = oldKey_++;
      return Entry{KeyForm<K>::load(at->first), valuesOf(at->first), std::move(at->second)};
    }
    if (!news_) return std::nullopt;
    while (newKey_ != news_->groups.end()) {
      auto at = newKey_++;
      if (seen_[at->second] == 0) return Entry{KeyForm<K>::load(at->first), copied(at->second), std::nullopt};
    }
    return std::nullopt;
  }

  std::vector<V> valuesOf(const typename KeyForm<K>::Stored& key) {
    const std::size_t* group = news_ ? news_->groups.find(key) : nullptr;
    if (group == nullptr) return {};
    seen_[*group] = 1;
    return copied(*group);
  }
  std::vector<V> copied(std::size_t group) const {
    auto values = std::get<0>(news_->sides).of(group);
    return std::vector<V>(values.begin(), values.end());
  }

  const ValueGroups<T>* news_;
  std::vector<char> seen_;
  Table<K, S> states_;
  typename Table<K, S>::iterator oldKey_;
  typename Table<K, std::size_t>::const_iterator newKey_;
};

/// A partition of such states, each key once.
template <class K, class S>
class EntriesDelta final : public StateDelta {
 public:
  using States = VectorBlock<std::pair<K, S>>;

  explicit EntriesDelta(std::shared_ptr<const States> states) : states_(std::move(states)) {}

  void writeTo(DeltaSink& sink) const override {
    Table<K, char> seen;
    seen.reserve(states_->stored.size());
    ByteWriter keyBytes, valueBytes;
    for (const auto& [key, state] : states_->stored) {
      const bool isFirst = seen.upsert(
          KeyForm<K>::probe(key), [] { return char(); }, [](char&) {});
      if (!isFirst) continue;
      keyBytes.clear();
      valueBytes.clear();
      writeState<K>(keyBytes, key);
      writeState<S>(valueBytes, state);
      sink.put(keyBytes.written(), valueBytes.written());
    }
  }
  std::size_t changes() const override { return states_->stored.size(); }
  bool isWhole() const override { return true; }

 private:
  const std::shared_ptr<const States> states_;
};

/// The states of an updateStateByKey whose function takes whole partitions. It is called once per batch, and what it gives
/// takes the place of what was there.
template <class T, class S, class F>
class EntryStates final : public UpdateTables {
 public:
  EntryStates(const PartitionerPtr& partitioner, F function)
      : router_(partitioner), function_(std::move(function)) {
    for (int p = 0; p < partitioner->partitions(); ++p)
      blocks_.push_back(std::make_shared<States>(PooledVector<Pair>()));
    changed_.resize(blocks_.size(), 1);
  }

  void update(int partition, Time, const BlockPtr& values, const BlockPtr& states) override {
    auto& held = blocks_[static_cast<std::size_t>(partition)];
    HeldEntries<T, S> entries(static_cast<const ValueGroups<T>*>(values.get()),
                              static_cast<const States&>(states ? *states : *held));
    F own = function_;
    auto&& given = own(static_cast<UpdateEntries<KeyOf<T>, ValueOf<T>, S>&>(entries));
    PooledVector<Pair> updated;
    for (auto&& pair : given) updated.push_back(Pair(pair));
    held = std::make_shared<States>(std::move(updated));
    changed_[static_cast<std::size_t>(partition)] = 1;
  }
  bool movesKeys() const override { return true; }

  BlockPtr table(int partition) const override { return blocks_[static_cast<std::size_t>(partition)]; }
  std::string entryType() const override { return nameOf(typeid(K)) + " to " + nameOf(typeid(S)); }
  void requireCodecs() const override {
    if constexpr (!kHasCodec<K>) throwNoCodec<K>();
    if constexpr (!kHasCodec<S>) throwNoCodec<S>();
  }
  /// The whole partition: what is made anew in each batch cannot be told from what was there.
  StateDeltaPtr takeChanges(int partition) override {
    const auto i = static_cast<std::size_t>(partition);
    if (std::exchange(changed_[i], 0) == 0) return nullptr;
    return std::make_shared<EntriesDelta<K, S>>(blocks_[i]);
  }
  /// Of several states of one key that the function gave, the first counts, as in the next batch.
  void put(std::string_view key, std::string_view value) override {
    ByteReader keyBytes(key), valueBytes(value);
    K loaded = readState<K>(keyBytes);
    const auto to = router_(KeyForm<K>::probe(loaded), static_cast<int>(blocks_.size()));
    blocks_[to]->stored.push_back({std::move(loaded), readState<S>(valueBytes)});
    requireRead(keyBytes);
    requireRead(valueBytes);
  }

 private:
  using K = KeyOf<T>;
  using Pair = std::pair<K, S>;
  using States = VectorBlock<Pair>;

  const Router<K> router_;
  std::vector<std::shared_ptr<States>> blocks_;
  std::vector<char> changed_;  // since the changes were last taken
  F function_;
};

}  // namespace millrace::core
