#include <millrace/dstream/ops/cogroup.hpp>

#include <millrace/base/error.hpp>
#include <millrace/dstream/ops.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;
using Groups = std::pair<std::vector<int>, std::vector<std::string>>;
using Cogroup = std::pair<std::string, Groups>;

TEST(StreamCogroup, BringsTheValuesOfBothStreamsTogether) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<View>();
    auto right = running.input<std::pair<std::string, std::string>>();
    auto groups = running.collect(left.stream.cogroup(right.stream, 3));
    running.play(
        {start(), addData(left, {{"a", 1}, {"a", 2}, {"b", 3}}), addData(right, {{"a", "x"}, {"c", "y"}}),
         closeBatch(),
         expectAnyOrder(groups,
                        {{"a", Groups({1, 2}, {"x"})}, {"b", Groups({3}, {})}, {"c", Groups({}, {"y"})}}),
         closeBatch(), expect(groups, {}), stop()});
    EXPECT_EQ(groups.all()[0].partitions.size(), 3U);
  });
}

TEST(StreamCogroup, NeedsBothRdds) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<Pair>();
    auto right = running.input<Pair>();
    running.collect(left.stream.cogroup(right.stream));
    running.play(
        {start(), noRdd(right), closeBatch(),
         fails("batch 1000 ms, making its jobs: cogroup #2 could not generate an RDD from its parent "
               "Test stream #1 at time 1000 ms: a source that has no data has to give an empty RDD"),
         stop()});
  });
}

TEST(StreamCogroup, RefusesOtherContextsAndSlides) {
  StreamTest one, other;
  auto stream = one.source<Pair>({});
  EXPECT_THROW(stream.cogroup(other.source<Pair>({})), IllegalArgument);
  EXPECT_THROW(stream.join(stream.window(Seconds(2), Seconds(2))), IllegalArgument);
  EXPECT_THROW(stream.transformWith(other.source<Pair>({}), [](const auto& a, const auto&) { return a; }),
               IllegalArgument);
  EXPECT_THROW(stream.union_(stream.window(Seconds(2), Seconds(2))), IllegalArgument);
}

}  // namespace
}  // namespace millrace
