#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 16'000'000;
constexpr int kPartitions = 16;

std::int64_t markOf(const Pair& sum) { return sum.first * 31 ^ sum.second; }

std::int64_t sumMarks(const PairTable<std::int64_t>& table) {
  std::int64_t marks = 0;
  for (const auto& [key, sum] : table) marks += markOf({key, sum});
  return marks;
}

/// Best while the table fits into the cache.
std::int64_t oneTable(const std::vector<Pair>& pairs) {
  PairTable<std::int64_t> table;
  for (const auto& [key, value] : pairs) table[key] += value;
  return sumMarks(table);
}

/// Best for many keys: each bucket's table fits into the cache.
std::int64_t bucketsFirst(const std::vector<Pair>& pairs) {
  constexpr std::size_t kBuckets = 256;
  std::vector<std::vector<Pair>> buckets(kBuckets);
  for (auto& bucket : buckets) bucket.reserve(pairs.size() / kBuckets * 5 / 4);
  for (const Pair& pair : pairs)
    buckets[core::hashWord(static_cast<std::uint64_t>(pair.first)) % kBuckets].push_back(pair);
  std::int64_t marks = 0;
  for (const auto& bucket : buckets) marks += oneTable(bucket);
  return marks;
}

void compare(Session& session, const std::string& name, std::int64_t keys) {
  const auto pairs = randomPairs(kRecords, keys);
  const std::int64_t expected = oneTable(pairs);
  auto input = rddOf(pinnedEngine(1), pairs, kPartitions);
  Figures figures = session.measure({
      {"one table", timed("sums", expected, [&] { return oneTable(pairs); })},
      {"buckets", timed("sums", expected, [&] { return bucketsFirst(pairs); })},
      {"engine",
       timed("sums", expected, [&] { return sumOf(input.reduceByKey(std::plus<>(), kPartitions), markOf); })},
  });
  bool fits = figures.median("one table") < figures.median("buckets");
  session.report("shuffle of 16 M records, " + name + " keys", "ms", figures, ratioAtMost(2.5), "engine",
                 fits ? "one table" : "buckets");
}

}  // namespace

void shuffle(Session& session) {
  compare(session, "100 k", 100'000);
  compare(session, "1 M", 1'000'000);
  compare(session, "10 M", 10'000'000);
}

}  // namespace millrace::bench
