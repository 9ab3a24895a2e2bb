#include <millrace/base/edit_distance.hpp>

#include <gtest/gtest.h>

#include <array>

namespace millrace {
namespace {

TEST(EditDistance, CountsLettersPutInTakenOutAndReplaced) {
  EXPECT_EQ(editDistance("", ""), 0u);
  EXPECT_EQ(editDistance("master", "master"), 0u);
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("abc", ""), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("sitting", "kitten"), 3u);
  EXPECT_EQ(editDistance("mode", "moed"), 2u);
}

TEST(NearestName, IsTheFirstOfTheNearest) {
  constexpr std::array<std::string_view, 3> names{"master", "mode", "made"};
  EXPECT_EQ(nearestName("mde", names).name, "mode");
  EXPECT_EQ(nearestName("mde", names).distance, 1u);
  EXPECT_EQ(nearestName("mastre", names).name, "master");
}

}  // namespace
}  // namespace millrace
