#pragma once

#include <millrace/base/natural_order.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/core/shuffle/exchange.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// What is left of the pairs once they are sorted.
enum class Sorted { kPairs, kValues };

/// The shuffle that puts pairs P where the router says and sorts each partition by key; equal keys stay in order.
template <class P, Sorted kLeft = Sorted::kPairs>
class SortSpec final : public ShuffleSpec {
  using K = KeyOf<P>;

  class Merger final : public ShuffleMerger {
   public:
    explicit Merger(bool ascending) : ascending_(ascending) {}
    void add(int, ShuffleFilePtr file) override { appendFile<P>(stored_, *file); }
    BlockPtr finish() override {
      if (ascending_) {
        stableSort(stored_, [](const auto& a, const auto& b) { return NaturalLess()(a.first, b.first); });
      } else {
        stableSort(stored_, [](const auto& a, const auto& b) { return NaturalLess()(b.first, a.first); });
      }
      if constexpr (kLeft == Sorted::kPairs) {
        return std::make_shared<VectorBlock<owned_t<P>>>(std::move(stored_));
      } else {
        PooledVector<ValueOf<P>> values;
        values.reserve(stored_.size());
        for (auto& record : stored_) values.push_back(std::move(record.second));
        return std::make_shared<VectorBlock<ValueOf<P>>>(std::move(values));
      }
    }

   private:
    bool ascending_;
    PooledVector<owned_t<P>> stored_;
  };

 public:
  SortSpec(PartitionerPtr partitioner, bool ascending)
      : router_(std::move(partitioner)), ascending_(ascending) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<ExchangeWriter<P, ByKey<K>>>(router_, outputs);
  }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(ascending_); }

 private:
  Router<K> router_;
  bool ascending_;
};

}  // namespace millrace::core
