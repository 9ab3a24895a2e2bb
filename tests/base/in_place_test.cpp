#include <millrace/base/in_place.hpp>

#include <millrace/base/owned.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

/// A number that counts how often numbers are moved or copied.
struct Counted {
  explicit Counted(int held) : number(held) {}
  Counted(const Counted& other) : number(other.number) { ++moves; }
  Counted(Counted&& other) noexcept : number(other.number) { ++moves; }

  int number;
  static inline int moves = 0;
};

TEST(InPlace, MakesValuesWhereTheyStay) {
  Counted::moves = 0;
  std::vector<Counted> numbers;
  numbers.reserve(1);
  numbers.emplace_back(inPlace([] { return Counted(1); }));
  std::pair<Counted, int> pair(inPlace([] { return Counted(2); }), 3);
  std::optional<Counted> optional;
  optional.emplace(inPlace([] { return Counted(4); }));
  EXPECT_EQ(numbers.front().number, 1);
  EXPECT_EQ(pair.first.number, 2);
  EXPECT_EQ(optional->number, 4);
  EXPECT_EQ(Counted::moves, 0);
}

TEST(InPlace, HandsReferencesOn) {
  const Counted held(1);
  EXPECT_EQ(&inPlace([&]() -> const Counted& { return held; }), &held);
}

TEST(InPlace, LetsTheOwnedFormOfAPairBeMadeWhereItStays) {
  using View = std::pair<std::string_view, std::optional<int>>;
  static_assert(std::is_same_v<owned_t<View>, std::pair<std::string, std::optional<int>>>);
  const std::string text = "a text beyond the inline size";
  EXPECT_EQ(own(View(text, 1)), std::pair(text, std::optional(1)));
  EXPECT_EQ(own(View("", std::nullopt)), std::pair(std::string(), std::optional<int>()));
}

}  // namespace
}  // namespace millrace::core
