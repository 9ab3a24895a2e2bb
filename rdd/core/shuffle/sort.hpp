#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/natural_order.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/core/shuffle/exchange.hpp>
#include <millrace/rdd/core/shuffle/sorted_runs.hpp>
#include <millrace/rdd/core/shuffle/spilled_records.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// What is left of the pairs once they are sorted.
enum class Sorted { kPairs, kValues };

/// The shuffle that puts pairs P where the router says and sorts each partition by key; equal keys stay in order.
template <class P, Sorted kLeft = Sorted::kPairs>
class SortSpec final : public ShuffleSpec, private Spilling {
  using K = KeyOf<P>;
  using Stored = owned_t<P>;

  struct Less {
    bool ascending;
    bool operator()(const Stored& a, const Stored& b) const {
      return ascending ? NaturalLess()(a.first, b.first) : NaturalLess()(b.first, a.first);
    }
  };
  struct Show {
    auto operator()(Stored&& record) const {
      if constexpr (kLeft == Sorted::kPairs) {
        return std::move(record);
      } else {
        return std::move(record.second);
      }
    }
  };

  static void sort(PooledVector<Stored>& records, bool ascending) {
    if (ascending) {
      stableSort(records, [](const auto& a, const auto& b) { return NaturalLess()(a.first, b.first); });
    } else {
      stableSort(records, [](const auto& a, const auto& b) { return NaturalLess()(b.first, a.first); });
    }
  }

  class Merger final : public ShuffleMerger {
   public:
    explicit Merger(bool ascending) : ascending_(ascending) {}
    void add(int, ShuffleFilePtr file) override { appendFile<P>(stored_, *file); }
    std::size_t bytes() const override { return 2 * bytesOf(stored_); }
    BlockPtr finish() override {
      sort(stored_, ascending_);
      if constexpr (kLeft == Sorted::kPairs) {
        return std::make_shared<VectorBlock<Stored>>(std::move(stored_));
      } else {
        PooledVector<ValueOf<P>> values;
        values.reserve(stored_.size());
        for (auto& record : stored_) values.push_back(std::move(record.second));
        return std::make_shared<VectorBlock<ValueOf<P>>>(std::move(values));
      }
    }

   private:
    bool ascending_;
    PooledVector<Stored> stored_;
  };

 public:
  SortSpec(PartitionerPtr partitioner, bool ascending)
      : router_(std::move(partitioner)), ascending_(ascending) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<ExchangeWriter<P, ByKey<K>>>(router_, outputs);
  }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(ascending_); }
  const Spilling* spilling() const override { return kHasCodec<Stored> ? this : nullptr; }

 private:
  std::size_t buckets(int) const override { return 1; }
  void write(int, ShuffleFile& base, const SpillBuckets&, SpillWriter& to) const override {
    if constexpr (kHasCodec<Stored>) {
      auto& stored = static_cast<ExchangeFile<P>&>(base).stored;
      sort(stored, ascending_);
      writeRecords(stored, to);
    }
  }
  ShuffleFilePtr asFile(ShuffleMerger&) const override { return nullptr; }
  ShuffleFilePtr load(int, SpillReader& from) const override { return loadExchangeFile<P>(from); }
  std::unique_ptr<ShuffleMerger> bucketMerger() const override { return merger(); }
  BlockPtr open(ShuffleSpecPtr, SpilledPartition partition) const override {
    if constexpr (kHasCodec<Stored>) {
      return std::make_shared<SortedRuns<Stored, Less, Show>>(std::move(partition), Less{ascending_});
    } else {
      return nullptr;
    }
  }

  Router<K> router_;
  bool ascending_;
};

}  // namespace millrace::core
