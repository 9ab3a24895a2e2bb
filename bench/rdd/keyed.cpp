#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"

#include <millrace/base/flat_map.hpp>
#include <millrace/rdd/core/source.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;
template <class V>
using HandTable = core::FlatMap<std::int64_t, V, Hash<std::int64_t>, std::equal_to<>>;

constexpr std::int64_t kKeys = 1'000'000;
constexpr std::int64_t kRecords = 16'000'000;
constexpr std::int64_t kJoined = 10'000'000;
constexpr int kPartitions = 4;

std::vector<Pair> randomPairs(std::int64_t count) {
  std::vector<Pair> pairs;
  pairs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    pairs.emplace_back(static_cast<std::int64_t>(core::hashWord(static_cast<std::uint64_t>(i)) % kKeys), i);
  return pairs;
}

RDD<Pair> rddOf(const core::EnginePtr& engine, const std::vector<Pair>& pairs) {
  return RDD<Pair>(core::parallelNode(engine, pairs, kPartitions));
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

std::function<double()> timed(const std::string& what, std::int64_t expected,
                              std::function<std::int64_t()> work) {
  return [=] {
    std::int64_t found = 0;
    const double seconds = secondsOf([&] { found = work(); });
    expectEqual(what, found, expected);
    return seconds * 1e3;
  };
}

std::int64_t ofGroup(const std::vector<std::int64_t>& values) {
  return static_cast<std::int64_t>(values.size()) ^ values.back();
}

std::int64_t groupedByHand(const std::vector<Pair>& pairs) {
  HandTable<std::vector<std::int64_t>> groups;
  for (const auto& [key, value] : pairs) groups[key].push_back(value);
  std::int64_t sum = 0;
  for (const auto& group : groups) sum += ofGroup(group.second);
  return sum;
}

std::int64_t joinedByHand(const std::vector<Pair>& left, const std::vector<Pair>& right) {
  HandTable<std::int64_t> table;
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
  const auto pairs = randomPairs(kRecords);
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
  const auto right = randomPairs(kJoined);
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
  auto pairs = randomPairs(kRecords);
  for (Pair& pair : pairs)
    pair.first = static_cast<std::int64_t>(core::hashWord(static_cast<std::uint64_t>(pair.second)));
  const std::int64_t expected = sortedByHand(pairs);
  auto input = rddOf(pinnedEngine(1), pairs);
  session.report(
      "sortBy of 16 M pairs of int64", "ms",
      session.measure(
          {{"hand", timed("sort", expected, [&] { return sortedByHand(pairs); })},
           {"engine", timed("sort", expected,
                            [&] {
                              return orderOf(input.sortBy([](const Pair& kv) { return kv.first; }).collect());
                            })}}),
      ratioAtMost(2.5));
}

}  // namespace millrace::bench
