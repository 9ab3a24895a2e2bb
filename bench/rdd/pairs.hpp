#pragma once

#include "hand_map.hpp"
#include "harness.hpp"

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/ops.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace millrace::bench {

using Pair = std::pair<std::int64_t, std::int64_t>;
template <class V>
using PairTable = HandMap<std::int64_t, V, Hash<std::int64_t>>;

/// Some of `keys` keys, evenly, with the values `from`, `from` + 1 …; pairs of other values have other keys.
inline std::vector<Pair> randomPairs(std::int64_t count, std::int64_t keys, std::int64_t from = 0) {
  std::vector<Pair> pairs;
  pairs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = from; i < from + count; ++i) {
    auto random = core::hashWord(static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(keys);
    pairs.emplace_back(static_cast<std::int64_t>(random), i);
  }
  return pairs;
}

template <class T>
RDD<T> rddOf(const core::EnginePtr& engine, const std::vector<T>& records, int partitions = 4) {
  return RDD<T>(core::parallelNode(engine, records, partitions));
}

/// The sum of what `visit` gives for each record.
template <class T, class Visit>
std::int64_t sumOf(const RDD<T>& rdd, Visit visit) {
  std::atomic<std::int64_t> total = 0;
  rdd.foreachPartition([&](auto& records) {
    std::int64_t sum = 0;
    for (const auto& record : records) sum += visit(record);
    total += sum;
  });
  return total;
}

/// Milliseconds of `work`, whose answer has to be `expected`.
inline std::function<double()> timed(const std::string& what, std::int64_t expected,
                                     std::function<std::int64_t()> work) {
  return [=] {
    std::int64_t found = 0;
    const double seconds = secondsOf([&] { found = work(); });
    expectEqual(what, found, expected);
    return seconds * 1e3;
  };
}

}  // namespace millrace::bench
