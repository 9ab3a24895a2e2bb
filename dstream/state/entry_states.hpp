#pragma once

#include <millrace/dstream/state/table_codec.hpp>
#include <millrace/dstream/state/update_call.hpp>
#include <millrace/dstream/state/update_tables.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <cstddef>
#include <memory>
#include <optional>
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

/// The states of an updateStateByKey whose function takes whole partitions. It is called once per batch, and what it gives
/// takes the place of what was there.
template <class T, class S, class F>
class EntryStates final : public UpdateTables {
 public:
  EntryStates(int partitions, F function)
      : blocks_(static_cast<std::size_t>(partitions), std::make_shared<States>(PooledVector<Pair>())),
        function_(std::move(function)) {}

  void update(int partition, Time, const BlockPtr& values, const BlockPtr& states) override {
    BlockPtr& held = blocks_[static_cast<std::size_t>(partition)];
    HeldEntries<T, S> entries(static_cast<const ValueGroups<T>*>(values.get()),
                              static_cast<const States&>(states ? *states : *held));
    F own = function_;
    auto&& given = own(static_cast<UpdateEntries<KeyOf<T>, ValueOf<T>, S>&>(entries));
    PooledVector<Pair> updated;
    for (auto&& pair : given) updated.push_back(Pair(pair));
    held = std::make_shared<States>(std::move(updated));
  }
  bool movesKeys() const override { return true; }

  BlockPtr table(int partition) const override { return blocks_[static_cast<std::size_t>(partition)]; }
  void write(int partition, ByteWriter& to) const override { writeRecords<Pair>(to, table(partition)); }
  void read(int partition, ByteReader& from) override {
    blocks_[static_cast<std::size_t>(partition)] = readRecords<Pair>(from);
  }

 private:
  using Pair = std::pair<KeyOf<T>, S>;
  using States = VectorBlock<Pair>;

  std::vector<BlockPtr> blocks_;
  F function_;
};

}  // namespace millrace::core
