#include <millrace/dstream/ops/group_by_key_and_window.hpp>

#include <millrace/base/error.hpp>

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

TEST(GroupByKeyAndWindow, OrdersValuesByBatch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto groups = running.collect(pairs.stream.groupByKeyAndWindow(Seconds(2)));
    auto slower = running.collect(pairs.stream.groupByKeyAndWindow(Seconds(3), Seconds(3), 3));
    running.play({start(), addData(pairs, {{"a", 9}, {"b", 2}, {"a", 1}}), closeBatch(),
                  expectAnyOrder(groups, {{"a", {9, 1}}, {"b", {2}}}), addData(pairs, {{"a", 5}}),
                  closeBatch(), expectAnyOrder(groups, {{"a", {9, 1, 5}}, {"b", {2}}}), noRdd(pairs),
                  closeBatch(), expect(groups, {{"a", {5}}}),
                  expectAnyOrder(slower, {{"a", {9, 1, 5}}, {"b", {2}}}), closeBatch(), expect(groups, {}),
                  stop()});
    EXPECT_EQ(slower.all()[0].partitions.size(), 3U);
  });
}

TEST(GroupByKeyAndWindow, RefusesLengthsThatDoNotFit) {
  StreamTest running;
  EXPECT_THROW(running.source<View>({}).groupByKeyAndWindow(Milliseconds(1500)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
