#pragma once

#include <millrace/dstream/state/update_call.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

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

  HeldEntries(const ValueGroups<T>* news, const VectorBlock<std::pair<K, S>>* states) : news_(news) {
    if (news_) {
      seen_.resize(news_->groups.size());
      newKey_ = news_->groups.begin();
    }
    if (states) {
      for (const auto& [key, state] : states->stored)
        states_.upsert(
            KeyForm<K>::probe(key), [&] { return state; }, [](S&) {});
    }
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

/// The states that a function of a whole partition makes of the old ones (null: none) and the new values (null: none).
template <class T, class S, class F>
BlockPtr updateEntries(const F& function, const BlockPtr& values, const BlockPtr& states) {
  using Pair = std::pair<KeyOf<T>, S>;
  HeldEntries<T, S> entries(static_cast<const ValueGroups<T>*>(values.get()),
                            static_cast<const VectorBlock<Pair>*>(states.get()));
  F own = function;
  auto&& given = own(static_cast<UpdateEntries<KeyOf<T>, ValueOf<T>, S>&>(entries));
  PooledVector<Pair> updated;
  for (auto&& pair : given) updated.push_back(Pair(pair));
  return std::make_shared<VectorBlock<Pair>>(std::move(updated));
}

}  // namespace millrace::core
