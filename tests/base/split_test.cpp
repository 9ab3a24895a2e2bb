#include <millrace/base/split.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <ranges>
#include <sstream>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;
using Pieces = std::vector<std::string>;

template <class Range>
Pieces pieces(const Range& range) {
  return Pieces(range.begin(), range.end());
}

Pieces pieces(std::string_view text, char delimiter) { return pieces(split(text, delimiter)); }

// The rule in plain words: cut at every delimiter, then drop the empty pieces at the end unless nothing was
// cut.
Pieces plainly(std::string_view text, char delimiter) {
  Pieces result(1);
  for (char c : text) {
    if (c == delimiter) {
      result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  while (!text.empty() && !result.empty() && result.back().empty()) result.pop_back();
  return result;
}

TEST(Split, HasJavasMeaning) {
  EXPECT_EQ(pieces("a b c", ' '), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(pieces("abc", ' '), Pieces{"abc"});
  EXPECT_EQ(pieces("a  b", ' '), (Pieces{"a", "", "b"})) << "inner empty pieces stay";
  EXPECT_EQ(pieces("  a", ' '), (Pieces{"", "", "a"}));
  EXPECT_EQ(pieces("a b  ", ' '), (Pieces{"a", "b"})) << "trailing empty pieces go";
  EXPECT_EQ(pieces("", ' '), Pieces{""});
  EXPECT_EQ(pieces(" ", ' '), Pieces{});
  EXPECT_EQ(pieces("   ", ' '), Pieces{});
  EXPECT_EQ(pieces(std::string_view(), ' '), Pieces{""});
}

TEST(Split, GivesPiecesByNumber) {
  const auto fields = split("a,,c,", ',');
  EXPECT_EQ(fields[0], "a");
  EXPECT_EQ(fields[1], "");
  EXPECT_EQ(fields[2], "c");
  EXPECT_EQ(fields.size(), 3U);
  EXPECT_FALSE(fields.empty());
  EXPECT_EQ(split(std::string("x y"), ' ')[1], "y") << "of a text that is gone";
  EXPECT_EQ(failureOf<BadRecord>([&] { fields[3]; }),
            "\"a,,c,\" has only 3 piece(s) split at ','; empty ones at its end do not count");
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_TRUE(split(",,", ',').empty());
  EXPECT_EQ(split(",,", ',').size(), 0U);
}

TEST(Split, BecomesAVector) {
  using Views = std::vector<std::string_view>;
  const std::string text("a b  c");
  Views views = split(text, ' ');
  EXPECT_EQ(views, (Views{"a", "b", "", "c"}));
  EXPECT_EQ(views[0].data(), text.data()) << "views of the text";
  views = split("x", ' ');
  EXPECT_EQ(views, Views{"x"});
  const Pieces owned(split(std::string("a b"), ' '));
  EXPECT_EQ(owned, (Pieces{"a", "b"}));
  const auto count = [](const Pieces& pieces) { return pieces.size(); };
  EXPECT_EQ(count(split(text, ' ')), 4U);
  static_assert(std::same_as<decltype(split(text, ' ').toVector()), Views>);
  static_assert(std::same_as<decltype(split(std::string(), ' ').toVector()), Pieces>);
  static_assert(!std::convertible_to<Split<std::string>, Views>, "they would outlive the text");
}

TEST(Split, EqualsThePlainRuleOnRandomTexts) {
  const test::Seed seed;
  std::mt19937 random(seed);
  const std::string_view letters("ab \0\xff\x80", 6);
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t size = random() % (round % 10 == 0 ? 300 : 70);
    const unsigned rarity = 1 + random() % 40;
    const char delimiter = letters[random() % letters.size()];
    // Exactly as many bytes as the text has, so that the address sanitizer sees every read beside it.
    const auto text = std::make_unique<char[]>(size);
    for (char& c : std::span(text.get(), size)) {
      c = random() % rarity == 0 ? delimiter : letters[random() % letters.size()];
    }
    const std::string_view view(text.get(), size);
    ASSERT_EQ(pieces(view, delimiter), plainly(view, delimiter)) << "round " << round;
  }
}

TEST(Split, BorrowsFromTextsThatStay) {
  const std::string text = "a b";
  EXPECT_EQ((*split(text, ' ').begin()).data(), text.data());
  EXPECT_EQ((*split(std::string_view(text), ' ').begin()).data(), text.data());
  static_assert(std::same_as<decltype(split("a b", ' ')), Split<std::string_view>>);
  static_assert(std::same_as<decltype(*split(text, ' ').begin()), std::string_view>);
}

TEST(Split, OwnsTextsThatMayVanish) {
  const auto byValue = [](std::string line) { return split(line, ' '); };
  const auto words = byValue("a few words, and more than fit into a small string");
  EXPECT_EQ(pieces(words).size(), 11u);
  EXPECT_EQ(*std::next(words.begin(), 2), "words,");

  auto moved = split(std::string("a b"), ' ');
  const auto there = std::move(moved);
  EXPECT_EQ(pieces(there), (Pieces{"a", "b"})) << "pieces are found in the text's new place";

  static_assert(std::same_as<decltype(*split(std::declval<std::string&>(), ' ').end()), std::string>);
  static_assert(std::same_as<decltype(split(std::declval<const std::string>(), ' ')), Split<std::string>>);
}

template <class Range>
concept GivesPlacesOfATemporary = requires { std::declval<Range>().begin(); };
static_assert(GivesPlacesOfATemporary<Split<std::string_view>>);
static_assert(!GivesPlacesOfATemporary<Split<std::string>>, "they would dangle");

TEST(Split, IsAForwardRange) {
  static_assert(std::ranges::forward_range<Split<std::string_view>> &&
                std::ranges::common_range<Split<std::string_view>>);
  static_assert(std::ranges::view<Split<std::string_view>> &&
                std::ranges::borrowed_range<Split<std::string_view>>);
  static_assert(std::ranges::forward_range<Split<std::string>> && !std::ranges::view<Split<std::string>>);
  const auto words = split("one two three", ' ');
  EXPECT_EQ(std::ranges::distance(words), 3);
  auto sizes = words | std::views::transform(&std::string_view::size);
  EXPECT_TRUE(std::ranges::equal(sizes, std::vector<std::size_t>{3, 3, 5}));
  EXPECT_EQ(std::ranges::find(words, "two"), std::next(words.begin()));
}

TEST(Split, GivesFieldAfterField) {
  const auto fields = split("7,x,2.5", ',');
  auto field = fields.begin();
  EXPECT_EQ(*field++, "7");
  EXPECT_EQ(*field++, "x");
  EXPECT_EQ(*field, "2.5");
  EXPECT_EQ(*field++, "2.5");
  EXPECT_EQ(field, fields.end());
}

TEST(Split, PastTheEndIsABadRecord) {
  const auto fields = split("7", ',');
  auto field = fields.begin();
  EXPECT_EQ(*field++, "7");
  EXPECT_EQ(failureOf<BadRecord>([&] { (void)*field; }), "\"7\" has only 1 piece(s) split at ','");
  EXPECT_EQ(failureOf<BadRecord>([&] { ++field; }), "\"7\" has only 1 piece(s) split at ','");
  EXPECT_EQ(failureOf<BadRecord>([&] { (void)*field++; }), "\"7\" has only 1 piece(s) split at ','");
  EXPECT_EQ(failureOf<BadRecord>([&] { (void)*split("a\t\t", '\t').end(); }),
            "\"\" has only 1 piece(s) split at '\\x00'");
  EXPECT_EQ(failureOf<BadRecord>([&] { (void)*++split("a\t\t", '\t').begin(); }),
            "\"a\\x09\\x09\" has only 1 piece(s) split at '\\x09'; empty ones at its end do not count");
  EXPECT_EQ(failureOf<BadRecord>([&] { (void)*split(",,", ',').begin(); }),
            "\",,\" has only 0 piece(s) split at ','; empty ones at its end do not count");
  EXPECT_LT(failureOf<BadRecord>([&] {
              (void)*++split(std::string_view(std::string(5000, 'x')), ',').begin();
            }).size(),
            200u);
}

}  // namespace
}  // namespace millrace
