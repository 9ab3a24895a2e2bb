#pragma once

#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/shuffle/buckets.hpp>
#include <millrace/rdd/core/shuffle/combine_file.hpp>
#include <millrace/rdd/core/shuffle/combine_merger.hpp>
#include <millrace/rdd/core/shuffle/combine_writer.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/shuffled_record.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace millrace::core {

/// The shuffle of combineByKey and all that is made of it. `Combiner` has `C create(const V&)`, `void mergeValue(C&,
/// const V&)` and `void mergeCombiners(C&, C&&)`; each task has a copy. One that has a member `kCreatesOnce` needs `create`
/// to be called once per key and map task, so it combines even where that does not pay. The spec remembers the sizes of
/// its last tables, so that the next batch's begin with the right room.
template <class P, class C, class Combiner>
class CombineSpec final : public ShuffleSpec, private Spilling {
  using K = KeyOf<P>;
  using File = CombineFile<K, C>;
  using Merger = CombineMerger<P, C, Combiner>;

 public:
  explicit CombineSpec(Combiner combiner, PartitionerPtr partitioner = nullptr)
      : combiner_(std::move(combiner)), router_(std::move(partitioner)) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<CombineWriter<P, C, Combiner>>(combiner_, router_, outputs, writerSize_);
  }
  std::unique_ptr<ShuffleMerger> merger() const override {
    return std::make_unique<Merger>(combiner_, mergerSize_);
  }
  bool shrinksByMerging() const override { return true; }
  const Spilling* spilling() const override { return kCanSpill<K, C> ? this : nullptr; }

 private:
  std::size_t buckets(int outputs) const override { return spillBucketsFor(outputs); }
  void write(int, ShuffleFile& file, const SpillBuckets& buckets, SpillWriter& to) const override {
    if constexpr (kCanSpill<K, C>) {
      static_cast<File&>(file).each([&](const auto& key, const C& value) {
        to.add(buckets.of(KeyForm<K>::hash(key)),
               [&](ByteWriter& bytes) { writeEntry<K>(bytes, key, value); });
      });
    }
  }
  ShuffleFilePtr asFile(ShuffleMerger& merged) const override {
    return static_cast<Merger&>(merged).asFile();
  }
  ShuffleFilePtr load(int, SpillReader& from) const override {
    auto file = std::make_unique<File>();
    if constexpr (kCanSpill<K, C>) {
      file->texts = std::make_shared<TextArena>();
      file->combined = readEntries<K, C>(from, *file->texts);
    }
    return file;
  }
  std::unique_ptr<ShuffleMerger> bucketMerger() const override {
    return std::make_unique<Merger>(combiner_, bucketSize_);
  }
  BlockPtr open(ShuffleSpecPtr spec, SpilledPartition partition) const override {
    return std::make_shared<SpilledBuckets<std::pair<K, C>>>(std::move(spec), std::move(partition));
  }

  Combiner combiner_;
  Router<K> router_;
  mutable std::atomic<std::size_t> writerSize_ = 0;
  mutable std::atomic<std::size_t> mergerSize_ = 0;
  mutable std::atomic<std::size_t> bucketSize_ = 0;
};

}  // namespace millrace::core
