#include <millrace/base/natural_order.hpp>

#include <millrace/base/hash.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory_resource>
#include <optional>
#include <set>
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
    }
  }
}

const std::vector<double> kNumbers{
    -kInfinity, -1.5, -std::numeric_limits<double>::denorm_min(), -0.0, 0.0, 1e-300, 1.5, kInfinity, kNaN};

const std::vector<double> kFloats{-kInfinity, -1.5, -0.0, 0.0, 1.5, kInfinity, kNaN};

template <class T, class Make>
std::vector<T> each(Make make, const std::vector<double>& numbers = kNumbers) {
  std::vector<T> made;
  for (double number : numbers) made.push_back(make(number));
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

TEST(NaturalOrder, OfNumbersThatAreReferredTo) {
  const double nan = kNaN, other = kOtherNaN, one = 1;
  EXPECT_TRUE(NaturalEqual()(std::tie(nan, one), std::tie(other, one)));
  EXPECT_TRUE(NaturalLess()(std::tie(one, nan), std::tie(nan, one)));
  EXPECT_FALSE(NaturalLess()(std::tie(nan, one), std::tie(other, one)));
}

TEST(NaturalOrder, OfContainers) {
  expectAscend(each<std::deque<double>>([](double n) { return std::deque{kNaN, n}; }));
  expectAscend(each<std::list<float>>([](double n) { return std::list{static_cast<float>(n)}; }, kFloats));
  expectAscend(each<std::map<std::string, double>>([](double n) {
    return std::map<std::string, double>{{"k", n}};
  }));
  expectAscend(
      each<std::set<double, NaturalLess>>([](double n) { return std::set<double, NaturalLess>{n}; }));
  expectAscend(each<std::pmr::vector<double>>([](double n) { return std::pmr::vector<double>{n}; }));
  expectAscend(std::vector<std::deque<double>>{{}, {kNaN}, {kNaN, 1}});
}

TEST(NaturalOrder, OfVariantsThatHoldOneTypeTwice) {
  using Held = std::variant<double, double, std::monostate>;
  expectAscend(std::vector<Held>{Held(std::in_place_index<0>, 1), Held(std::in_place_index<0>, kNaN),
                                 Held(std::in_place_index<1>, -kInfinity), Held(std::in_place_index<2>)});
}

template <class T>
void expectOneHashEach(std::size_t hashes, const std::vector<T>& records) {
  std::set<std::uint64_t> seen;
  for (const T& record : records) seen.insert(Hash<T>()(record));
  EXPECT_EQ(seen.size(), hashes);
}

/// A struct's own == finds the zeros equal, and its hash may be made of theirs.
TEST(NaturalOrder, HashesTellNumbersApartButNotTheZeros) {
  expectOneHashEach(kNumbers.size() - 1, kNumbers);
  expectOneHashEach(kNumbers.size() - 1,
                    each<long double>([](double n) { return static_cast<long double>(n); }));
  expectOneHashEach(kNumbers.size() - 1,
                    each<std::optional<double>>([](double n) { return std::optional(n); }));
  expectOneHashEach(kNumbers.size() - 1, each<std::array<double, 2>>([](double n) {
                      return std::array{n, 1.0};
                    }));
}

TEST(NaturalOrder, OfMixedTypes) {
  EXPECT_TRUE(NaturalLess()(1, 2L));
  EXPECT_TRUE(NaturalEqual()(std::string("a"), std::string_view("a")));
  EXPECT_TRUE(NaturalEqual()(std::pair(std::string("a"), kNaN), std::pair(std::string_view("a"), kNaN)));
  EXPECT_TRUE(NaturalLess()(std::pair(std::string_view("a"), 1), std::pair(std::string("a"), 2)));
  EXPECT_TRUE(NaturalEqual()(1.5F, 1.5));
  EXPECT_TRUE(NaturalLess()(-0.0F, 0.0) && NaturalEqual()(std::nanf(""), kOtherNaN));
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

struct Unordered {};
static_assert(!std::invocable<NaturalLess, Unordered, Unordered> &&
              !std::invocable<NaturalEqual, Unordered, Unordered>);
static_assert(!std::invocable<NaturalGreater, std::pair<double, Unordered>, std::pair<double, Unordered>>);

}  // namespace
}  // namespace millrace
