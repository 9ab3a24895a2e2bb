#pragma once

#include <millrace/dstream/state/two_stacks.hpp>
#include <millrace/dstream/state/window_fold.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace millrace::core {

/// The fold of reduceByKeyAndWindow without an inverse: per partition, two stacks over the tables of batches
/// (TwoStacks). A slide touches only the keys of batches that leave or enter. After a failure a partition is built anew
/// from the window's batches.
template <class K, class V, class Reduce>
class StackedFold final : public WindowFold {
 public:
  StackedFold(int partitions, std::size_t windowBatches, Reduce reduce)
      : tables_(partitions), broken_(static_cast<std::size_t>(partitions)), reduce_(std::move(reduce)) {
    for (int p = 0; p < partitions; ++p) stacks_.emplace_back(windowBatches);
  }

  bool recovers() const override { return true; }
  void reset() override {
    for (char& broken : broken_) broken = 1;
  }

  bool needsAll() const override {
    return std::ranges::any_of(broken_, [](char broken) { return broken != 0; });
  }

  void slide(int partition, const WindowSlide& slide) override {
    auto i = static_cast<std::size_t>(partition);
    Table<K, V>& table = tables_.own(partition);
    Reduce reduce = reduce_;
    if (broken_[i] != 0) {
      stacks_[i].clear();
      table.clear();
      for (const BlockPtr& batch : slide.all) stacks_[i].push(batch, table, reduce);
    } else {
      for (std::size_t n = 0; n < slide.leaves; ++n) stacks_[i].pop(table, reduce);
      for (const BlockPtr& batch : slide.entering) stacks_[i].push(batch, table, reduce);
    }
    broken_[i] = 0;
    table.compact();
  }

  BlockPtr table(int partition) const override { return tables_.block(partition); }
  std::size_t bytes(int partition) const override { return tables_.bytes(partition); }

 private:
  SharedTables<TableBlock<K, V>> tables_;
  std::vector<TwoStacks<K, V>> stacks_;
  std::vector<char> broken_;
  Reduce reduce_;
};

}  // namespace millrace::core
