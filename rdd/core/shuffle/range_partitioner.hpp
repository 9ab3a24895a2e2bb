#pragma once

#include <millrace/base/natural_order.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/numbers/random.hpp>
#include <millrace/rdd/core/numbers/reservoir.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// By ranges of keys: partition i holds the keys above bound i - 1, up to and with bound i; the other way round where
/// the order descends.
template <class K>
class RangePartitioner final : public KeyedPartitioner<K> {
 public:
  RangePartitioner(std::vector<K> bounds, bool ascending)
      : KeyedPartitioner<K>(static_cast<int>(bounds.size()) + 1),
        bounds_(std::move(bounds)),
        ascending_(ascending) {}

  int partitionOf(const K& key) const override {
    auto range = static_cast<int>(std::lower_bound(bounds_.begin(), bounds_.end(), key, NaturalLess()) -
                                  bounds_.begin());
    return ascending_ ? range : this->partitions() - 1 - range;
  }
  bool equals(const Partitioner& other) const override {
    auto same = dynamic_cast<const RangePartitioner*>(&other);
    return same != nullptr && same->ascending_ == ascending_ &&
           std::equal(bounds_.begin(), bounds_.end(), same->bounds_.begin(), same->bounds_.end(),
                      [](const K& a, const K& b) { return !NaturalLess()(a, b) && !NaturalLess()(b, a); });
  }

 private:
  std::vector<K> bounds_;
  bool ascending_;
};

/// The keys of a sample, and how many records each stands for.
template <class K>
using Candidates = std::vector<std::pair<K, double>>;

/// Upper bounds of all ranges but the last, so that the ranges weigh about the same. Fewer where keys are few.
template <class K>
std::vector<K> rangeBounds(Candidates<K> candidates, int partitions) {
  stableSort(candidates, [](const auto& a, const auto& b) { return NaturalLess()(a.first, b.first); });
  double sum = 0;
  for (const auto& candidate : candidates) sum += candidate.second;
  const double step = sum / partitions;
  double reached = 0, target = step;
  std::vector<K> bounds;
  for (const auto& [key, weight] : candidates) {
    if (bounds.size() + 1 == static_cast<std::size_t>(partitions)) break;
    reached += weight;
    if (reached < target || (!bounds.empty() && !NaturalLess()(bounds.back(), key))) continue;
    bounds.push_back(key);
    target += step;
  }
  return bounds;
}

/// A sample of the keys of pairs P, of one partition.
template <class K>
struct KeySample {
  std::vector<K> keys;
  std::uint64_t records = 0;
};

/// Up to `most` keys, each equally likely.
template <class P>
KeySample<KeyOf<P>> reservoirOf(Reader<P>& reader, std::size_t most, Random random) {
  KeySample<KeyOf<P>> sample;
  Reservoir reservoir(most, random);
  for (Chunk<P> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
    while (reservoir.next() < sample.records + chunk.size) {
      const P& record = chunk.data[reservoir.next() - sample.records];
      const std::size_t place = reservoir.take();
      if (place == sample.keys.size()) {
        sample.keys.push_back(own(record.first));
      } else {
        sample.keys[place] = own(record.first);
      }
    }
    sample.records += chunk.size;
  }
  return sample;
}

/// Each key with this probability.
template <class P>
std::vector<KeyOf<P>> someKeysOf(Reader<P>& reader, double fraction, Random random) {
  std::vector<KeyOf<P>> keys;
  for (Chunk<P> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
    for (const P& record : chunk) {
      if (random.uniform() < fraction) keys.push_back(own(record.first));
    }
  }
  return keys;
}

/// How many keys a sample should have in all, and at most from one partition.
struct SampleSize {
  double keys;
  std::size_t most;
};

/// About 20 keys for each range, and 1,000 at least, by which two ranges differ by 3 % and not by 15 %.
SampleSize sampleSize(int ranges, int partitions);

/// Samples the keys of a node of pairs P; a second time where a partition is much larger than others.
template <class P>
Candidates<KeyOf<P>> sampleKeys(Node& node, int partitions) {
  constexpr std::uint64_t kSeed = 0x5eed;
  const auto [wanted, most] = sampleSize(partitions, node.partitions());
  std::vector<KeySample<KeyOf<P>>> samples(static_cast<std::size_t>(node.partitions()));
  node.engine().runJob(node, [&](int partition, ReaderPtr reader) {
    samples[static_cast<std::size_t>(partition)] =
        reservoirOf<P>(static_cast<Reader<P>&>(*reader), most, Random(kSeed, partition));
  });
  double records = 1;
  for (const auto& sample : samples) records += static_cast<double>(sample.records);
  const double fraction = std::min(1.0, wanted / records);

  Candidates<KeyOf<P>> candidates;
  std::vector<int> again;
  for (std::size_t p = 0; p < samples.size(); ++p) {
    const auto size = static_cast<double>(samples[p].records);
    if (fraction * size > static_cast<double>(most)) {
      again.push_back(static_cast<int>(p));
      continue;
    }
    for (auto&& key : samples[p].keys)
      candidates.emplace_back(std::move(key), size / static_cast<double>(samples[p].keys.size()));
  }
  if (again.empty()) return candidates;
  node.engine().runJob(node, again, [&](int partition, ReaderPtr reader) {
    samples[static_cast<std::size_t>(partition)].keys =
        someKeysOf<P>(static_cast<Reader<P>&>(*reader), fraction, Random(~kSeed, partition));
  });
  for (int p : again) {
    for (auto&& key : samples[static_cast<std::size_t>(p)].keys)
      candidates.emplace_back(std::move(key), 1 / fraction);
  }
  return candidates;
}

/// A partitioner by ranges of about as many records each. Samples the keys, which runs a job, unless one partition is
/// asked for.
template <class P>
PartitionerPtr rangePartitioner(Node& node, int partitions, bool ascending) {
  std::vector<KeyOf<P>> bounds;
  if (checkedPartitions(partitions) > 1) {
    auto candidates = sampleKeys<P>(node, partitions);
    const auto keys =
        static_cast<int>(std::min<std::size_t>(candidates.size(), static_cast<std::size_t>(partitions)));
    if (keys > 1) bounds = rangeBounds(std::move(candidates), keys);
  }
  return std::make_shared<RangePartitioner<KeyOf<P>>>(std::move(bounds), ascending);
}

}  // namespace millrace::core
