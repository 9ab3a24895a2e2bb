#include <millrace/rdd/core/records/text_arena.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

TEST(TextArena, KeepsTextsWhereTheyAre) {
  TextArena arena;
  std::vector<std::pair<std::string, const char*>> copied;
  for (std::size_t i = 0; i < 5'000; ++i) {
    const std::string text(i % 97, static_cast<char>('a' + i % 26));
    copied.emplace_back(text, arena.copy(text));
  }
  for (const auto& [text, at] : copied) EXPECT_EQ(std::string_view(at, text.size()), text);
}

TEST(TextArena, TakesTextsLargerThanItsSteps) {
  TextArena arena;
  const std::string small = "small", huge(3 << 20, 'h');
  const char* first = arena.copy(small);
  const char* second = arena.copy(huge);
  const char* third = arena.copy(small);
  EXPECT_EQ(std::string_view(first, small.size()), small);
  EXPECT_EQ(std::string_view(second, huge.size()), huge);
  EXPECT_EQ(std::string_view(third, small.size()), small);
  EXPECT_EQ(arena.bytes(), huge.size() + 2 * small.size());
}

TEST(TextArena, CanBeUsedAgainAfterClear) {
  TextArena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<const char*> copied;
    for (int i = 0; i < 1'000; ++i)
      copied.push_back(arena.copy(std::string(100, static_cast<char>('a' + round))));
    EXPECT_EQ(std::string_view(copied.front(), 100), std::string(100, static_cast<char>('a' + round)));
    EXPECT_EQ(std::string_view(copied.back(), 100), std::string(100, static_cast<char>('a' + round)));
    arena.clear();
    EXPECT_EQ(arena.bytes(), 0u);
  }
}

TEST(TextArena, MovesWithItsTexts) {
  TextArena arena;
  const std::string text(50, 'x');
  const char* at = arena.copy(text);
  TextArena moved(std::move(arena));
  EXPECT_EQ(std::string_view(at, text.size()), text);
  EXPECT_EQ(moved.bytes(), text.size());
  TextArena assigned;
  assigned.copy("gone");
  assigned = std::move(moved);
  EXPECT_EQ(std::string_view(at, text.size()), text);
  const char* more = assigned.copy(text);
  EXPECT_EQ(std::string_view(more, text.size()), text);
  EXPECT_EQ(std::string_view(arena.copy(text), text.size()), text) << "the one moved from is empty and works";
}

}  // namespace
}  // namespace millrace::core
