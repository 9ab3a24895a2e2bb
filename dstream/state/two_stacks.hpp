#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/table_block.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::core {

/// A queue of batches' tables and their fold, for functions without an inverse. The oldest batches, the *front*, are a
/// stack: a table that is their fold, and for each batch what the table held before it was put on top, so that taking
/// the oldest batch off is an undo. The newest, the *back*, are one growing fold. Turning the back into a front takes
/// as long as folding it, so it is not done at once: while the front is used up, the *middle*, which was the back when
/// the front began, is turned batch by batch, and batches that come meanwhile form a new back.
///
/// `table` is always the fold of all three; push and pop touch only keys of the batch that comes or leaves.
template <class K, class V>
class TwoStacks {
 public:
  explicit TwoStacks(std::size_t windowBatches) : windowBatches_(windowBatches) {}

  void clear() { *this = TwoStacks(windowBatches_); }

  /// Adds the newest batch.
  template <class Reduce>
  void push(const BlockPtr& batch, Table<K, V>& table, Reduce& reduce) {
    if (table.empty()) table.reserve(tableOf(batch).size());
    if (backFold_.empty()) backFold_.reserve(std::max(tableOf(batch).size(), middleFold_.size()));
    for (const auto& [key, value] : tableOf(batch)) {
      add(backFold_, key, value, reduce);
      add(table, key, value, reduce);
    }
    back_.push_back(batch);
    if (middle_.empty() && back_.size() * 2 >= windowBatches_) startMiddle();
    turn(share(), reduce);
  }

  /// Takes the oldest batch off. There has to be one.
  template <class Reduce>
  void pop(Table<K, V>& table, Reduce& reduce) {
    while (front_.empty()) {
      turn(middle_.size(), reduce);
      frontFold_ = std::exchange(nextFold_, {});
      front_ = std::exchange(next_, {});
      turned_ = 0;
      startMiddle();
    }
    Undo undo = std::move(front_.back());
    front_.pop_back();
    auto before = undo.before.begin();
    for (const auto& [key, value] : tableOf(undo.batch)) {
      if (*before) {
        known(frontFold_, key) = std::move(**before);
      } else {
        frontFold_.erase(key);
      }
      ++before;
      refresh(table, key, reduce);
    }
    frontFold_.compact();
  }

 private:
  using Stored = typename KeyForm<K>::Stored;

  /// What the front's table held of the batch's keys before the batch was put on it, in the order of the batch's table.
  struct Undo {
    BlockPtr batch;
    std::vector<std::optional<V>> before;
  };

  static const Table<K, V>& tableOf(const BlockPtr& block) {
    return static_cast<const TableBlock<K, V>&>(*block).table;
  }

  static V& known(Table<K, V>& table, const Stored& key) {
    V* held = table.find(key);
    if (held == nullptr)
      throw SparkException(
          "a key leaves the window that the window does not hold: equal keys have different hashes, or a key "
          "does not "
          "equal itself: compare its numbers with millrace::NaturalEqual, by which NaN equals NaN");
    return *held;
  }

  template <class Reduce>
  static void add(Table<K, V>& to, const Stored& key, const V& value, Reduce& reduce) {
    to.upsert(
        key, [&] { return value; }, [&](V& held) { held = reduce(std::move(held), value); });
  }

  void startMiddle() {
    middle_ = std::exchange(back_, {});
    middleFold_ = std::exchange(backFold_, {});
  }

  /// How many batches of the middle have to be turned per batch that comes, so that it is done when the front is used up.
  std::size_t share() const {
    std::size_t left = middle_.size() - turned_;
    std::size_t all = front_.size() + middle_.size() + back_.size();
    std::size_t batchesUntil = front_.size() + (windowBatches_ > all ? windowBatches_ - all : 0);
    return batchesUntil == 0 ? left : (left + batchesUntil - 1) / batchesUntil;
  }

  /// Puts up to so many batches of the middle on the next front, the newest first.
  template <class Reduce>
  void turn(std::size_t batches, Reduce& reduce) {
    for (; batches > 0 && turned_ < middle_.size(); --batches, ++turned_) {
      BlockPtr& batch = middle_[middle_.size() - 1 - turned_];
      const Table<K, V>& table = tableOf(batch);
      Undo undo{batch, {}};
      undo.before.reserve(table.size());
      if (nextFold_.empty()) nextFold_.reserve(middleFold_.size());
      for (const auto& [key, value] : table) {
        nextFold_.upsert(
            key,
            [&] {
              undo.before.emplace_back();
              return value;
            },
            [&](V& held) {
              undo.before.emplace_back(std::move(held));
              held = reduce(V(value), *undo.before.back());
            });
      }
      next_.push_back(std::move(undo));
    }
  }

  template <class Reduce>
  void refresh(Table<K, V>& table, const Stored& key, Reduce& reduce) const {
    std::optional<V> fold;
    for (const auto* part : {&frontFold_, &middleFold_, &backFold_}) {
      if (const V* value = part->find(key)) fold = fold ? reduce(std::move(*fold), *value) : *value;
    }
    if (fold) {
      known(table, key) = std::move(*fold);
    } else {
      table.erase(key);
    }
  }

  std::size_t windowBatches_;
  Table<K, V> frontFold_;
  std::vector<Undo> front_;  // the oldest batch last
  std::vector<BlockPtr> middle_;
  Table<K, V> middleFold_;
  std::size_t turned_ = 0;
  Table<K, V> nextFold_;
  std::vector<Undo> next_;
  std::vector<BlockPtr> back_;
  Table<K, V> backFold_;
};

}  // namespace millrace::core
