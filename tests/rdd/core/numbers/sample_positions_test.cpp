#include <millrace/rdd/core/numbers/sample_positions.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace millrace::core {
namespace {

TEST(DrawPositions, DrawsFromWhatThereIs) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (bool withReplacement : {false, true}) {
      for (std::uint64_t records : {0u, 1u, 5u, 1'000u}) {
        for (std::size_t wanted : {0u, 1u, 5u, 900u}) {
          const auto drawn = drawPositions(records, wanted, withReplacement, seed);
          const std::size_t size =
              withReplacement ? (records == 0 ? 0 : wanted) : std::min<std::size_t>(wanted, records);
          ASSERT_EQ(drawn.size(), size);
          ASSERT_TRUE(std::ranges::is_sorted(drawn, {}, &SamplePosition::record));
          std::set<std::uint64_t> different;
          std::set<std::size_t> places;
          for (const auto& [record, place] : drawn) {
            ASSERT_LT(record, records);
            ASSERT_LT(place, size);
            different.insert(record);
            places.insert(place);
          }
          ASSERT_EQ(places.size(), size);
          if (!withReplacement) {
            ASSERT_EQ(different.size(), size);
          }
        }
      }
    }
  }
}

TEST(DrawPositions, PlacesAreRandom) {
  std::vector<int> placed(3);
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) ++placed[drawPositions(3, 3, false, seed)[0].place];
  for (int times : placed) EXPECT_NEAR(times, 1'000, 160);
}

TEST(DrawPositions, NeedsNoMemoryForWhatIsNotDrawn) {
  EXPECT_EQ(drawPositions(~std::uint64_t{0}, 10, false, 1).size(), 10u);
}

}  // namespace
}  // namespace millrace::core
