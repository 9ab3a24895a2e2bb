#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

#include <algorithm>

namespace millrace::bench {

namespace {

constexpr std::int64_t kKeys = 1'000'000;
constexpr std::int64_t kRecords = 16'000'000;
constexpr std::int64_t kJoined = 10'000'000;

std::int64_t ofGroup(const std::vector<std::int64_t>& values) {
  return static_cast<std::int64_t>(values.size()) ^ values.back();
}

std::int64_t groupedByHand(const std::vector<Pair>& pairs) {
  PairTable<std::vector<std::int64_t>> groups;
  for (const auto& [key, value] : pairs) groups[key].push_back(value);
  std::int64_t sum = 0;
  for (const auto& group : groups) sum += ofGroup(group.second);
  return sum;
}

std::int64_t joinedByHand(const std::vector<Pair>& left, const std::vector<Pair>& right) {
  PairTable<std::int64_t> table;
  for (const auto& [key, value] : left) table.emplace(key, value);
  std::int64_t sum = 0;
  for (const auto& [key, value] : right) {
    if (auto at = table.find(key); at != table.end()) sum += at->second ^ value;
  }
  return sum;
}

/// Depends on the order of the keys.
std::int64_t orderOf(const std::vector<Pair>& pairs) {
  std::uint64_t sum = 0;
  for (const Pair& pair : pairs) sum = sum * 31 + static_cast<std::uint64_t>(pair.first);
  return static_cast<std::int64_t>(sum);
}

std::int64_t sortedByHand(std::vector<Pair> pairs) {
  std::ranges::sort(pairs, {}, &Pair::first);
  return orderOf(pairs);
}

}  // namespace

void groupByKey(Session& session) {
  const auto pairs = randomPairs(kRecords, kKeys);
  const std::int64_t expected = groupedByHand(pairs);
  auto input = rddOf(pinnedEngine(1), pairs);
  session.report("groupByKey of 16 M records, 1 M keys", "ms",
                 session.measure({{"hand", timed("groups", expected, [&] { return groupedByHand(pairs); })},
                                  {"engine", timed("groups", expected,
                                                   [&] {
                                                     return sumOf(input.groupByKey(), [](const auto& kv) {
                                                       return ofGroup(kv.second);
                                                     });
                                                   })}}),
                 ratioAtMost(3));
}

void join(Session& session) {
  std::vector<Pair> left;
  for (std::int64_t key = 0; key < kKeys; ++key) left.emplace_back(key, 3 * key);
  const auto right = randomPairs(kJoined, kKeys);
  const std::int64_t expected = joinedByHand(left, right);
  auto engine = pinnedEngine(1);
  auto a = rddOf(engine, left), b = rddOf(engine, right);
  session.report(
      "join of 1 M with 10 M", "ms",
      session.measure({{"hand", timed("join", expected, [&] { return joinedByHand(left, right); })},
                       {"engine", timed("join", expected,
                                        [&] {
                                          return sumOf(a.join(b), [](const auto& kv) {
                                            return kv.second.first ^ kv.second.second;
                                          });
                                        })}}),
      ratioAtMost(3));
}

void sortBy(Session& session) {
  auto pairs = randomPairs(kRecords, kKeys);
  for (Pair& pair : pairs)
    pair.first = static_cast<std::int64_t>(core::hashWord(static_cast<std::uint64_t>(pair.second)));
  const std::int64_t expected = sortedByHand(pairs);
  auto sortedBy = [&](int threads) {
    return [&, threads] {
      auto input = rddOf(pinnedEngine(threads), pairs);
      auto sort = [&] { return orderOf(input.sortBy([](const Pair& kv) { return kv.first; }).collect()); };
      return timed("sort", expected, sort)();
    };
  };
  std::vector<Variant> variants = {
      {"hand", timed("sort", expected, [&] { return sortedByHand(pairs); })},
      {"engine", sortedBy(1)},
  };
  if (hasTwoCores()) variants.push_back({"engine, two cores", sortedBy(2)});
  Figures figures = session.measure(variants);
  session.report("sortBy of 16 M pairs of int64", "ms", figures, ratioAtMost(2.5));
  if (!hasTwoCores()) return;
  session.report("sortBy, two cores beside the engine on one", "ms", figures, ratioAtMost(1 / 1.6),
                 "engine, two cores", "engine");
}

}  // namespace millrace::bench
