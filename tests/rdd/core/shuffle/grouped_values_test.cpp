#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/shuffle/grouped_values.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

TEST(Regions, AreOneForFewAndManyForMany) {
  EXPECT_EQ(Regions(0).count(), 1u);
  EXPECT_EQ(Regions(1000).count(), 1u);
  EXPECT_GT(Regions(1'000'000).count(), 16u);
  EXPECT_EQ(Regions(std::size_t{1} << 40).count(), 256u);
  const Regions regions(1'000'000);
  EXPECT_EQ(regions.of(0), 0u);
  EXPECT_EQ(regions.of(~std::uint64_t{0}), regions.count() - 1);
}

TEST(GroupInput, KeepsTheOrderOfAKeyWhenItSplits) {
  GroupInput<int, int> input;
  for (int file = 0; file < 2; ++file) {
    GroupEntries<int, int> entries;
    for (int i = 0; i < 100'000; ++i) entries.emplace_back(i % 100, file * 100'000 + i);
    input.add(std::move(entries));
  }
  EXPECT_EQ(input.size(), 200'000u);
  const Regions regions(input.size());
  ASSERT_GT(regions.count(), 1u);
  input.split(regions);
  std::size_t all = 0;
  for (std::size_t r = 0; r < regions.count(); ++r) {
    std::vector<int> last(100, -1);
    for (const auto& part : input.region(r)) {
      all += part.size();
      for (const auto& [key, value] : part) {
        EXPECT_EQ(regions.of(KeyForm<int>::hash(key)), r);
        ASSERT_LT(last[static_cast<std::size_t>(key)], value);
        last[static_cast<std::size_t>(key)] = value;
      }
    }
  }
  EXPECT_EQ(all, 200'000u);
}

template <class V>
std::vector<V> groupOf(const GroupedValues<V>& values, std::size_t group) {
  auto found = values.of(group);
  return {found.begin(), found.end()};
}

TEST(GroupedValues, StandGroupAfterGroup) {
  auto check = [](auto make) {
    using V = decltype(make(0));
    GroupedValues<V> values;
    std::vector<GroupEntries<int, V>> first{{{0, make(1)}, {0, make(2)}}, {{0, make(3)}}},
        second{{{0, make(4)}}};
    values.append(std::span(first), {1, 0, 1}, 3);
    values.append(std::span(second), {0}, 1);
    EXPECT_EQ(groupOf(values, 0), std::vector<V>{make(2)});
    EXPECT_EQ(groupOf(values, 1), (std::vector<V>{make(1), make(3)}));
    EXPECT_TRUE(groupOf(values, 2).empty());
    EXPECT_EQ(groupOf(values, 3), std::vector<V>{make(4)});
  };
  check([](int x) { return x; });
  check([](int x) { return "a text beyond the inline size " + std::to_string(x); });
}

}  // namespace
}  // namespace millrace::core
