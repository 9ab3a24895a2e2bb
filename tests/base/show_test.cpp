#include <millrace/base/show.hpp>

#include <millrace/base/split.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <list>
#include <locale>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace millrace {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

template <class T>
std::string shown(const T& value) {
  std::ostringstream out;
  show(out, value);
  return out.str();
}

TEST(Show, TextAsItIs) {
  EXPECT_EQ(shown("a b"s), "a b");
  EXPECT_EQ(shown("a b"sv), "a b");
  EXPECT_EQ(shown("a b"), "a b");
  EXPECT_EQ(shown("a\0b"s), "a\0b"s);
  EXPECT_EQ(shown('x'), "x");
}

TEST(Show, WholeNumbersAndTruth) {
  EXPECT_EQ(shown(1), "1");
  EXPECT_EQ(shown(-1L), "-1");
  EXPECT_EQ(shown(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(shown(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(shown(std::int8_t{65}), "65") << "a byte, not a letter";
  EXPECT_EQ(shown(std::uint8_t{200}), "200");
  EXPECT_EQ(shown(true), "true");
  EXPECT_EQ(shown(false), "false");
}

TEST(Show, DoublesAsJavaDoes) {
  const std::pair<double, const char*> rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {100.0, "100.0"},
      {123.456, "123.456"},
      {0.001, "0.001"},
      {0.0012, "0.0012"},
      {0.00099, "9.9E-4"},
      {0.00001, "1.0E-5"},
      {1234567.0, "1234567.0"},
      {1234567.875, "1234567.875"},
      {9999999.0, "9999999.0"},
      {10000000.0, "1.0E7"},
      {12345678.9, "1.23456789E7"},
      {1e10, "1.0E10"},
      {1e23, "1.0E23"},
      {-2.5e-300, "-2.5E-300"},
      {0.30000000000000004, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {std::numeric_limits<double>::max(), "1.7976931348623157E308"},
      {std::numeric_limits<double>::min(), "2.2250738585072014E-308"},
      {std::numeric_limits<double>::denorm_min(), "4.9E-324"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
  };
  for (const auto& [value, text] : rows) EXPECT_EQ(shown(value), text);
  EXPECT_EQ(shown(0.1f), "0.1");
  EXPECT_EQ(shown(16777216.0f), "1.6777216E7");
  EXPECT_EQ(shown(std::numeric_limits<float>::denorm_min()), "1.4E-45");
}

TEST(Show, PairsAndTuples) {
  EXPECT_EQ(shown(std::pair("a"s, 1)), "(a,1)");
  EXPECT_EQ(shown(std::pair("a"sv, std::pair(1, 2.0))), "(a,(1,2.0))");
  EXPECT_EQ(shown(std::tuple(1, "b", 'c')), "(1,b,c)");
  EXPECT_EQ(shown(std::tuple()), "()");
}

TEST(Show, OptionsGroupsAndAlternatives) {
  EXPECT_EQ(shown(std::optional(1)), "Some(1)");
  EXPECT_EQ(shown(std::optional<int>()), "None");
  EXPECT_EQ(shown(std::vector{1, 1}), "CompactBuffer(1, 1)");
  EXPECT_EQ(shown(std::vector<int>()), "CompactBuffer()");
  EXPECT_EQ(shown(std::vector{true, false}), "CompactBuffer(true, false)");
  EXPECT_EQ(shown(std::pair("a"s, std::pair(std::vector{1.0}, std::optional("x"s)))),
            "(a,(CompactBuffer(1.0),Some(x)))");
  EXPECT_EQ(shown(std::variant<int, std::string>("x"s)), "x");
}

enum class Color { kRed, kBlue = 7 };
enum class Small : char { kA = 65 };
enum Plain { kPlain = 3 };
enum class Named { kOne };
std::ostream& operator<<(std::ostream& out, Named) { return out << "one"; }

TEST(Show, Collections) {
  EXPECT_EQ(shown(std::map<std::string, int>{{"b", 2}, {"a", 1}}), "Map(a -> 1, b -> 2)");
  EXPECT_EQ(shown(std::map<int, int>()), "Map()");
  EXPECT_EQ(shown(std::multimap<int, char>{{1, 'x'}, {1, 'y'}}), "Map(1 -> x, 1 -> y)");
  EXPECT_EQ(shown(std::unordered_map<std::string, double>{{"a", 1}}), "Map(a -> 1.0)");
  EXPECT_EQ(shown(std::set<std::string_view>{"b", "a"}), "Set(a, b)");
  EXPECT_EQ(shown(std::unordered_set<int>{1}), "Set(1)");
  EXPECT_EQ(shown(std::array{1.0, 2.5}), "Array(1.0, 2.5)");
  EXPECT_EQ(shown(std::array<int, 0>()), "Array()");
  EXPECT_EQ(shown(std::list{1, 2}), "List(1, 2)");
  EXPECT_EQ(shown(std::deque{true}), "List(true)");
  EXPECT_EQ(shown(split("a,b", ',')), "List(a, b)");
}

TEST(Show, CollectionsOfCollections) {
  const std::map<std::pair<int, bool>, std::vector<std::optional<int>>> nested{
      {{1, true}, {2, std::nullopt}}};
  EXPECT_EQ(shown(nested), "Map((1,true) -> CompactBuffer(Some(2), None))");
  EXPECT_EQ(shown(std::optional(std::set{std::array{1, 2}})), "Some(Set(Array(1, 2)))");
  EXPECT_EQ(shown(std::variant<std::monostate, std::set<int>>(std::set{1})), "Set(1)");
  EXPECT_EQ(shown(std::pair(std::variant<std::monostate, int>(), std::map<int, Color>{{1, Color::kRed}})),
            "((),Map(1 -> 0))");
  EXPECT_EQ(shown(std::vector{std::map<std::string, std::set<double>>{{"x", {0.5}}}}),
            "CompactBuffer(Map(x -> Set(0.5)))");
}

TEST(Show, Enumerations) {
  EXPECT_EQ(shown(Color::kBlue), "7");
  EXPECT_EQ(shown(Small::kA), "65") << "a number, whatever holds it";
  EXPECT_EQ(shown(std::byte{200}), "200");
  EXPECT_EQ(shown(kPlain), "3");
  EXPECT_EQ(shown(std::vector{Named::kOne}), "CompactBuffer(one)");
}

struct Point {
  int x, y;
  friend std::ostream& operator<<(std::ostream& out, const Point& point) {
    return out << point.x << ';' << point.y;
  }
};

TEST(Show, OtherTypesByTheirOwnOperator) { EXPECT_EQ(shown(std::vector{Point{1, 2}}), "CompactBuffer(1;2)"); }

TEST(Show, MindsNoLocaleAndNoFlags) {
  struct Grouping : std::numpunct<char> {
    Grouping() : std::numpunct<char>(1) {}  // stays the test's
    char do_thousands_sep() const override { return '.'; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  Grouping grouping;
  std::ostringstream out;
  out.imbue(std::locale(std::locale::classic(), &grouping));
  out << std::hex;
  out.width(12);
  show(out, std::tuple(1'000'000, 1234.5, "x"s));
  EXPECT_EQ(out.str(), "(1000000,1234.5,x)");
}

}  // namespace
}  // namespace millrace
