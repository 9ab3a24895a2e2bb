#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/shuffle/spilled_records.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// Merges sorted runs; of equal records, those of an earlier run come first.
template <class T, class Less>
class RunMerge {
 public:
  using Parts = std::vector<SpilledPartition::Part>;

  RunMerge(const Parts& parts, Less less) : less_(std::move(less)) {
    for (const auto& part : parts) {
      auto run = std::make_unique<Run>(part);
      if (!run->advance()) continue;
      run->number = heap_.size();
      heap_.push_back(std::move(run));
    }
    std::ranges::make_heap(heap_, later());
  }

  /// The least record, which may be moved from; null at the end.
  T* front() { return heap_.empty() ? nullptr : &heap_.front()->record(); }
  void pop() {
    std::ranges::pop_heap(heap_, later());
    if (heap_.back()->advance()) {
      std::ranges::push_heap(heap_, later());
    } else {
      heap_.pop_back();
    }
  }

 private:
  struct Run {
    explicit Run(const SpilledPartition::Part& part) : from(part.file, part.firstRun) {}
    T& record() { return records[at]; }
    /// To the next record; false if there is none.
    bool advance() {
      if (++at < records.size()) return true;
      at = 0;
      records.clear();
      if (from.next()) records = readRecords<T>(from);
      return !records.empty();
    }

    SpillReader from;
    PooledVector<T> records;
    std::size_t at = 0;
    std::size_t number = 0;
  };

  auto later() const {
    return [this](const auto& a, const auto& b) {
      if (less_(b->record(), a->record())) return true;
      return b->number < a->number && !less_(a->record(), b->record());
    };
  }

  Less less_;
  std::vector<std::unique_ptr<Run>> heap_;
};

/// Merges neighbouring runs, on the disk, until so few are left that they can be read at once.
template <class T, class Less>
SpilledPartition mergedToFew(SpilledPartition partition, const Less& less) {
  const std::size_t most = partition.home->runsAtOnce();
  while (partition.parts.size() > most) {
    SpillWriter to = partition.home->write(1);
    std::size_t runs = 0;
    for (auto from = partition.parts.begin(); from != partition.parts.end(); ++runs) {
      const auto left = static_cast<std::size_t>(partition.parts.end() - from);
      const auto end = from + static_cast<std::ptrdiff_t>(std::min(most, left));
      to.beginSeries();
      RunMerge<T, Less> merge({from, end}, less);
      for (; const T* record = merge.front(); merge.pop())
        to.add(0, [&](ByteWriter& bytes) { writeValue(bytes, *record); });
      from = end;
    }
    const SpillFilePtr file = to.finish();
    partition.parts.clear();
    for (std::size_t run = 0; run < runs; ++run) partition.parts.push_back({0, file, run});
  }
  return partition;
}

/// Gives the records of sorted runs in order, as `Show{}(record)` shows each.
template <class T, class Less, class Show>
class SortedRunsReader final : public Reader<std::invoke_result_t<Show, T&&>> {
 public:
  using Record = std::invoke_result_t<Show, T&&>;

  SortedRunsReader(const SpilledPartition& partition, Less less)
      : info_(partition.home->info()), runs_(partition.parts, std::move(less)), out_(chunkSize()) {}

  Chunk<Record> next() override {
    return inOperator(info_, [&] {
      out_.clear();
      for (; !out_.full(); runs_.pop()) {
        T* record = runs_.front();
        if (record == nullptr) break;
        out_.add([&] { return Show{}(std::move(*record)); });
      }
      giveRecords(out_.size());
      return out_.chunk();
    });
  }

 private:
  const OperatorPtr info_;
  RunMerge<T, Less> runs_;
  Buffer<Record> out_;
};

/// A sorted partition that is read from the disk.
template <class T, class Less, class Show>
class SortedRuns final : public Block {
 public:
  SortedRuns(SpilledPartition partition, Less less)
      : less_(std::move(less)), partition_(mergedToFew<T>(std::move(partition), less_)) {}

  ReaderPtr open() const override {
    return std::make_unique<SortedRunsReader<T, Less, Show>>(partition_, less_);
  }
  std::size_t records() const override { return 0; }
  std::size_t bytes() const override { return 0; }

 private:
  const Less less_;
  const SpilledPartition partition_;
};

}  // namespace millrace::core
