#include <millrace/base/natural_order.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/keyed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace millrace {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;

/// Texts of numbers, in which NaN equals itself and zeros have signs.
std::vector<std::string> texts(const Doubles& numbers) {
  std::vector<std::string> all;
  for (double number : numbers) all.push_back(std::isnan(number) ? "NaN" : std::to_string(number));
  return all;
}

Doubles someWithNaN(int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Doubles numbers;
  for (int i = 0; i < count; ++i) {
    const auto kind = random() % 8;
    numbers.push_back(kind == 0   ? kNaN
                      : kind == 1 ? -0.0
                      : kind == 2 ? 0.0
                                  : static_cast<double>(random() % 100) - 50);
  }
  return numbers;
}

TEST(NaturalOrderOfRecords, SortsNumbersWithNaN) {
  const test::Seed seed;
  for (const auto& shape : test::allShapes()) {
    Doubles numbers = someWithNaN(1000, seed);
    auto rdd = test::rddOf<double>(shape, numbers);
    auto pairs = rdd.map([](double number) { return std::pair(number, 1); });
    std::ranges::sort(numbers, NaturalLess());
    EXPECT_EQ(texts(rdd.sortBy([](double number) { return number; }).collect()), texts(numbers));
    EXPECT_EQ(texts(pairs.sortByKey().keys().collect()), texts(numbers));
    EXPECT_EQ(texts(rdd.takeOrdered(500)), texts(Doubles(numbers.begin(), numbers.begin() + 500)));
    EXPECT_EQ(texts(rdd.takeOrdered(500, std::less<>())),
              texts(Doubles(numbers.begin(), numbers.begin() + 500)));
    EXPECT_EQ(texts(rdd.top(700)), texts(Doubles(numbers.rbegin(), numbers.rbegin() + 700)));
    EXPECT_EQ(texts(rdd.takeOrdered(700, std::greater<double>())),
              texts(Doubles(numbers.rbegin(), numbers.rbegin() + 700)));
    EXPECT_TRUE(std::isnan(rdd.max()));
    EXPECT_EQ(rdd.min(), numbers.front());
    EXPECT_EQ(rdd.map([](double number) { return std::pair(number, 1); }).sortByKey(false).count(), 1000);
    std::ranges::reverse(numbers);
    EXPECT_EQ(texts(pairs.sortByKey(false).keys().collect()), texts(numbers));
  }
}

TEST(NaturalOrderOfRecords, NaNWhereverItStands) {
  for (const Doubles& numbers : {Doubles{kNaN, 1, 2}, Doubles{1, kNaN, 2}, Doubles{1, 2, kNaN}}) {
    auto rdd = test::rddOf<double>({.partitions = 1}, numbers);
    EXPECT_TRUE(std::isnan(rdd.max()));
    EXPECT_EQ(rdd.min(), 1);
    EXPECT_TRUE(std::isnan(rdd.top(1)[0]));
    EXPECT_EQ(rdd.takeOrdered(2), (Doubles{1, 2}));
    EXPECT_TRUE(std::isnan(rdd.stats().max()) && std::isnan(rdd.stats().min()));
  }
}

TEST(NaturalOrderOfRecords, NumbersAsKeys) {
  for (const auto& shape : test::allShapes()) {
    auto rdd = test::rddOf<double>(shape, {kNaN, 1, -0.0, kNaN, 0.0, 1, -kNaN});
    const std::vector<std::string> each{"-0.000000", "0.000000", "1.000000", "NaN"};
    EXPECT_EQ(test::sorted(texts(rdd.distinct().collect())), each);
    EXPECT_EQ(test::sorted(texts(rdd.intersection(rdd).collect())), each);
    EXPECT_EQ(rdd.subtract(test::rddOf<double>(rdd.node()->enginePtr(), {kNaN}, 1)).count(), 4);
    auto ones = rdd.map([](double number) { return std::pair(number, 1); });
    auto sums = ones.reduceByKey(std::plus<>()).collectAsMap();
    EXPECT_EQ(sums.size(), 4u);
    EXPECT_EQ(sums.at(kNaN), 3);
    EXPECT_EQ(sums.at(-0.0), 1);
    EXPECT_EQ(rdd.countByValue().at(kNaN), 3);
    EXPECT_EQ(ones.countByKey().at(kNaN), 3);
    EXPECT_EQ(ones.lookup(kNaN).size(), 3u);
    EXPECT_EQ(ones.lookup(0.0).size(), 1u);
    EXPECT_EQ(ones.join(ones).count(), 9 + 4 + 1 + 1);
    EXPECT_EQ(ones.groupByKey().count(), 4);
    EXPECT_EQ(ones.filterByRange(0.0, kNaN).count(), 6);
    EXPECT_EQ(ones.sortByKey().filterByRange(0.0, kNaN).count(), 6);
    auto inPairs = rdd.map([](double number) { return std::pair(std::optional(std::vector{number}), 1); });
    EXPECT_EQ(inPairs.reduceByKey(std::plus<>()).count(), 4);
  }
}

struct Position {
  double x, y;
  bool operator==(const Position& that) const {
    return NaturalEqual()(std::tie(x, y), std::tie(that.x, that.y));
  }
};
struct PlainPosition {
  double x, y;
  bool operator==(const PlainPosition&) const = default;
};

}  // namespace

template <>
struct Hash<Position> {
  std::uint64_t operator()(const Position& at) const {
    return Hash<std::pair<double, double>>()({at.x, at.y});
  }
};
template <>
struct Hash<PlainPosition> {
  std::uint64_t operator()(const PlainPosition& at) const {
    return Hash<std::pair<double, double>>()({at.x, at.y});
  }
};

namespace {

TEST(NaturalOrderOfRecords, StructsMatchAsTheirOwnEqualitySays) {
  for (const auto& shape : test::allShapes()) {
    auto natural = test::rddOf<Position>(shape, {{kNaN, 1}, {-0.0, 1}, {kNaN, 1}, {0.0, 1}, {-kNaN, 1}});
    EXPECT_EQ(natural.distinct().count(), 3);
    auto plain =
        test::rddOf<PlainPosition>(shape, {{-0.0, 1}, {0.0, 1}, {0.0, -0.0}, {0.0, 0.0}, {-0.0, 0.0}});
    EXPECT_EQ(plain.distinct().count(), 2);
    EXPECT_EQ(plain.countByValue().at({0, 0}), 3);
  }
}

TEST(NaturalOrderOfRecords, OfPairsWithViews) {
  for (const auto& shape : test::allShapes()) {
    using Counted = std::vector<std::pair<std::string, int>>;
    const Counted records{{"b", 1}, {"a text beyond twelve bytes", 3}, {"c", 2}, {"c", 1}};
    auto rdd = test::rddOf<std::pair<std::string_view, int>>(shape, records);
    EXPECT_EQ(rdd.takeOrdered(2), (Counted{records[1], records[0]}));
    EXPECT_EQ(rdd.top(2), (Counted{records[2], records[3]}));
    EXPECT_EQ(rdd.top(1, std::greater<>()), (Counted{records[1]}));
    EXPECT_EQ(rdd.max(), records[2]);
    EXPECT_EQ(rdd.min(), records[1]);
    using Weighed = std::vector<std::pair<std::string, double>>;
    auto weighed = test::rddOf<std::pair<std::string_view, double>>(shape, {{"a", kNaN}, {"b", 1}, {"a", 2}});
    EXPECT_EQ(weighed.takeOrdered(1), (Weighed{{"a", 2}}));
    EXPECT_EQ(weighed.top(1), (Weighed{{"b", 1}}));
    EXPECT_EQ(weighed.lookup("a").size(), 2u);
    EXPECT_EQ(weighed.distinct().count(), 3);
  }
}

TEST(NaturalOrderOfRecords, ByAllNamesOfLess) {
  auto rdd = test::rddOf<double>({.partitions = 1}, {1, kNaN, 2});
  EXPECT_TRUE(std::isnan(rdd.max(std::less<>())) && std::isnan(rdd.max(std::less<double>())));
  EXPECT_TRUE(std::isnan(rdd.max(std::ranges::less())) && std::isnan(rdd.min(std::ranges::greater())));
  EXPECT_TRUE(std::isnan(rdd.min(std::greater<>())) && std::isnan(rdd.top(1, std::less<double>())[0]));
  EXPECT_EQ(rdd.max(std::ranges::greater()), 1);
  EXPECT_EQ(test::rddOf<double>({.partitions = 1}, {1.25, 1.5}).takeOrdered(1, std::greater<int>()),
            (Doubles{1.25}));
}

TEST(NaturalOrderOfRecords, ApproximateCountsTellNumbersApart) {
  const Doubles numbers{kNaN, -kNaN, 0.0, -0.0, 1, kNaN};
  EXPECT_EQ(test::rddOf<double>({}, numbers).countApproxDistinct(), 4);
  EXPECT_EQ(test::rddOf<long double>({}, {numbers.begin(), numbers.end()}).countApproxDistinct(), 4);
}

/// Orders that are none: they follow no rule.
struct NoOrder {
  bool operator()(int a, int b) const { return (a * 7 + b * 13) % 3 != 0; }
};
struct Key {
  int value = 0;
  bool operator<(const Key& that) const { return NoOrder()(value, that.value); }
};

TEST(NaturalOrderOfRecords, AnOrderThatContradictsItselfLosesNothing) {
  std::vector<int> numbers(5000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  for (int partitions : {1, 4}) {
    auto rdd = test::rddOf<int>({.partitions = partitions}, numbers);
    EXPECT_EQ(test::sorted(rdd.sortBy([](int number) { return Key{number}; }).collect()), numbers);
    EXPECT_EQ(
        test::sorted(
            rdd.sortBy([](int number) { return std::pair(std::to_string(number), Key{number}); }).collect()),
        numbers);
    EXPECT_EQ(test::sorted(rdd.sortBy([](int number) { return Key{number}; }, false).collect()), numbers);
    EXPECT_EQ(test::sorted(rdd.takeOrdered(10'000, NoOrder())), numbers);
    EXPECT_EQ(rdd.top(100, NoOrder()).size(), 100u);
  }
}

/// It never answers alike, and counts its answers in itself.
struct Whim {
  bool operator()(double, double) { return ++asked % 3 == 0 || random() % 2 == 0; }

  std::mt19937 random{7};
  int asked = 0;
};

TEST(NaturalOrderOfRecords, NorDoesAnOrderWithoutAny) {
  for (const auto& shape : test::allShapes()) {
    Doubles numbers(3000);
    std::iota(numbers.begin(), numbers.end(), 0);
    auto rdd = test::rddOf<double>(shape, numbers);
    EXPECT_EQ(test::sorted(rdd.takeOrdered(5000, Whim())), numbers);
    EXPECT_EQ(test::sorted(rdd.top(5000, Whim())), numbers);
    auto some = rdd.takeOrdered(500, Whim());
    std::ranges::sort(some);
    EXPECT_EQ(some.size(), 500u);
    EXPECT_EQ(std::ranges::adjacent_find(some), some.end());
    EXPECT_GE(rdd.max(Whim()), 0);
  }
}

}  // namespace
}  // namespace millrace
