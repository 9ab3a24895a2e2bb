#include <millrace/dstream/ops/group_by_key.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using View = std::pair<std::string_view, int>;
using Grouped = std::pair<std::string, std::vector<int>>;

TEST(StreamGroupByKey, BringsTheValuesOfAKeyTogetherInOrder) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto groups = running.collect(pairs.stream.groupByKey());
    running.play({start(), addData(pairs, {{"a", 3}, {"b", 2}, {"a", 1}, {"a key beyond twelve bytes", 7}}),
                  closeBatch(),
                  expectAnyOrder(groups, {{"a", {3, 1}}, {"b", {2}}, {"a key beyond twelve bytes", {7}}}),
                  closeBatch(), expect(groups, {}), noRdd(pairs), closeBatch(), expectNothing(groups),
                  stop()});
    EXPECT_EQ(groups.all()[0].partitions.size(), static_cast<std::size_t>(options.shape.partitions));
  });
}

TEST(StreamGroupByKey, IsSpreadAsAsked) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto byLength = partitionerBy<std::string>(
        3, [](const std::string& key) { return static_cast<int>(key.size()) % 3; }, "by length");
    auto inFour = running.collect(pairs.stream.groupByKey(4));
    auto spread = running.collect(pairs.stream.groupByKey(byLength));
    running.play(
        {start(), addData(pairs, {{"a", 1}, {"bb", 2}, {"ccc", 3}, {"d", 4}}), closeBatch(), stop()});
    EXPECT_EQ(inFour.all()[0].partitions.size(), 4U);
    ASSERT_EQ(spread.all()[0].partitions.size(), 3U);
    EXPECT_EQ(spread.all()[0].partitions[0], (std::vector<Grouped>{{"ccc", {3}}}));
    EXPECT_EQ(spread.all()[0].partitions[2], (std::vector<Grouped>{{"bb", {2}}}));
  });
}

}  // namespace
}  // namespace millrace
