#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <iterator>

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 16'000'000;
constexpr std::int64_t kDifferent = 1'000'000;

using Numbers = std::vector<std::int64_t>;
using Work = std::function<std::int64_t()>;

constexpr auto kIsEven = [](std::int64_t x) { return x % 2 == 0; };
constexpr auto kAdd = [](std::int64_t sum, std::int64_t x) { return sum + (x ^ 5); };

std::int64_t distinctByHand(const Numbers& numbers) {
  boost::unordered_flat_set<std::int64_t, Hash<std::int64_t>> seen;
  for (std::int64_t x : numbers) seen.insert(x);
  return static_cast<std::int64_t>(seen.size());
}

void compare(Session& session, const std::string& name, const Work& hand, const Work& engine) {
  const std::int64_t expected = hand();
  session.report(
      name + " of 16 M int64", "ms",
      session.measure({{"hand", timed(name, expected, hand)}, {"engine", timed(name, expected, engine)}}));
}

}  // namespace

void actions(Session& session) {
  Numbers numbers;
  for (const Pair& pair : randomPairs(kRecords, kDifferent)) numbers.push_back(pair.first);
  auto input = rddOf(pinnedEngine(1), numbers);
  auto even = input.filter(kIsEven);

  compare(
      session, "distinct", [&] { return distinctByHand(numbers); }, [&] { return input.distinct().count(); });
  compare(
      session, "filter and count", [&] { return std::ranges::count_if(numbers, kIsEven); },
      [&] { return even.count(); });
  compare(
      session, "filter and collect",
      [&] {
        Numbers kept;
        std::ranges::copy_if(numbers, std::back_inserter(kept), kIsEven);
        return static_cast<std::int64_t>(kept.size()) ^ kept.back();
      },
      [&] {
        Numbers kept = even.collect();
        return static_cast<std::int64_t>(kept.size()) ^ kept.back();
      });
  compare(
      session, "aggregate",
      [&] {
        std::int64_t sum = 0;
        for (std::int64_t x : numbers) sum = kAdd(sum, x);
        return sum;
      },
      [&] { return input.aggregate(std::int64_t{0}, kAdd, std::plus<>()); });
}

}  // namespace millrace::bench
