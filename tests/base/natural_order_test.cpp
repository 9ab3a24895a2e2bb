#include <millrace/base/natural_order.hpp>

#include <millrace/base/hash.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace millrace {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kOtherNaN = std::bit_cast<double>(std::uint64_t{0xfff8000000000123});

/// `records` ascend, no two are equal: asks each pair.
template <class T>
void expectAscend(const std::vector<T>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t j = 0; j < records.size(); ++j) {
      EXPECT_EQ(NaturalLess()(records[i], records[j]), i < j) << i << ", " << j;
      EXPECT_EQ(NaturalGreater()(records[i], records[j]), i > j) << i << ", " << j;
      EXPECT_EQ(NaturalEqual()(records[i], records[j]), i == j) << i << ", " << j;
      if (i == j) continue;
      EXPECT_NE(Hash<T>()(records[i]), Hash<T>()(records[j])) << i << ", " << j;
    }
  }
}

const std::vector<double> kNumbers{
    -kInfinity, -1.5, -std::numeric_limits<double>::denorm_min(), -0.0, 0.0, 1e-300, 1.5, kInfinity, kNaN};

template <class T, class Make>
std::vector<T> each(Make make) {
  std::vector<T> made;
  for (double number : kNumbers) made.push_back(make(number));
  return made;
}

TEST(NaturalOrder, OfNumbers) {
  expectAscend(kNumbers);
  expectAscend(std::vector<float>{-1.5F, -0.0F, 0.0F, 1.5F, std::numeric_limits<float>::quiet_NaN()});
  expectAscend(each<long double>([](double number) { return static_cast<long double>(number); }));
}

TEST(NaturalOrder, OfWhatHoldsNumbers) {
  expectAscend(each<std::pair<std::string, double>>([](double n) { return std::pair(std::string("k"), n); }));
  expectAscend(each<std::tuple<int, double, int>>([](double n) { return std::tuple(1, n, 1); }));
  expectAscend(each<std::vector<double>>([](double n) { return std::vector{1.0, n}; }));
  expectAscend(each<std::array<double, 2>>([](double n) { return std::array{kNaN, n}; }));
  expectAscend(each<std::optional<double>>([](double n) { return std::optional(n); }));
  expectAscend(each<std::variant<int, double>>([](double n) { return std::variant<int, double>(n); }));
  expectAscend(each<std::vector<std::pair<int, std::optional<double>>>>(
      [](double n) { return std::vector{std::pair(1, std::optional(n))}; }));
  expectAscend(std::vector<std::optional<double>>{std::nullopt, -kInfinity, kNaN});
  expectAscend(std::vector<std::variant<double, int>>{kNaN, 1});
  expectAscend(std::vector<std::vector<double>>{{}, {kNaN}, {kNaN, 1}});
}

TEST(NaturalOrder, AllNaNAreOne) {
  EXPECT_TRUE(NaturalEqual()(kNaN, kOtherNaN));
  EXPECT_FALSE(NaturalLess()(kNaN, kOtherNaN) || NaturalLess()(kOtherNaN, kNaN));
  EXPECT_EQ(Hash<double>()(kNaN), Hash<double>()(kOtherNaN));
  using Held = std::variant<int, std::optional<double>>;
  EXPECT_EQ(Hash<Held>()(Held(std::optional(kNaN))), Hash<Held>()(Held(std::optional(kOtherNaN))));
}

TEST(NaturalOrder, OfMixedTypes) {
  EXPECT_TRUE(NaturalLess()(1, 2L));
  EXPECT_TRUE(NaturalEqual()(std::string("a"), std::string_view("a")));
  EXPECT_TRUE(NaturalEqual()(std::pair(std::string("a"), kNaN), std::pair(std::string_view("a"), kNaN)));
  EXPECT_TRUE(NaturalEqual()(1.5F, 1.5));
}

struct Odd {
  int value;
  friend bool operator<(const Odd& a, const Odd& b) { return a.value > b.value; }
  friend bool operator==(const Odd&, const Odd&) { return true; }
};

TEST(NaturalOrder, TypesOfTheProgramHaveTheirOwn) {
  EXPECT_TRUE(NaturalLess()(Odd{2}, Odd{1}));
  EXPECT_TRUE(NaturalEqual()(Odd{2}, Odd{1}));
  EXPECT_TRUE(NaturalLess()(std::pair(kNaN, Odd{2}), std::pair(kNaN, Odd{1})));
}

}  // namespace
}  // namespace millrace
