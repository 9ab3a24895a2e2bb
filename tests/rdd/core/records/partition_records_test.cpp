#include <millrace/rdd/core/records/partition_records.hpp>

#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

static_assert(std::ranges::input_range<PartitionRecords<int>>);
static_assert(std::same_as<std::ranges::range_value_t<PartitionRecords<std::string_view>>, std::string>);

TEST(PartitionRecords, AreReadOnceInOrder) {
  test::ChunksReader<int> reader({{1, 2}, {3}});
  PartitionRecords<int> records(reader);
  std::vector<int> read;
  for (int record : records) read.push_back(record);
  EXPECT_EQ(read, (std::vector<int>{1, 2, 3}));
  for (int record : records) FAIL() << record << " a second time";
}

TEST(PartitionRecords, OfAnEmptyPartitionAreNone) {
  test::ChunksReader<int> reader({});
  PartitionRecords<int> records(reader);
  EXPECT_TRUE(records.begin() == records.end());
}

TEST(PartitionRecords, AreAskedForAsTheyAreUsed) {
  test::ChunksReader<int> reader({{1, 2}, {3, 4}, {5, 6}});
  PartitionRecords<int> records(reader);
  EXPECT_EQ(reader.asked(), 0u);
  int sum = 0;
  for (int record : records | std::views::take(2)) sum += record;
  EXPECT_EQ(sum, 3);
  EXPECT_LE(reader.asked(), 2u);
}

TEST(PartitionRecords, GoOnWhereTheyWereLeft) {
  test::ChunksReader<int> reader({{1, 2, 3}, {4}});
  PartitionRecords<int> records(reader);
  auto at = records.begin();
  EXPECT_EQ(*at, 1);
  ++at;
  std::vector<int> rest;
  for (int record : records) rest.push_back(record);
  EXPECT_EQ(rest, (std::vector<int>{2, 3, 4}));
}

TEST(PartitionRecords, AreOwnedWhereTheStreamBorrows) {
  using View = std::pair<std::string_view, int>;
  test::ChunksReader<View> reader({{{"one", 1}, {"a text beyond the inline size", 2}}, {{"three", 3}}});
  PartitionRecords<View> records(reader);
  std::vector<std::pair<std::string, int>> read;
  for (const std::pair<std::string, int>& record : records) read.push_back(record);
  EXPECT_EQ(read, (std::vector<std::pair<std::string, int>>{
                      {"one", 1}, {"a text beyond the inline size", 2}, {"three", 3}}));
}

TEST(PartitionRecords, ShowMembersByArrow) {
  test::ChunksReader<std::pair<int, int>> reader({{{1, 2}}});
  PartitionRecords<std::pair<int, int>> records(reader);
  EXPECT_EQ(records.begin()->second, 2);
}

}  // namespace
}  // namespace millrace
