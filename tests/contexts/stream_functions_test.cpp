#include <millrace/contexts/streaming_context.hpp>

#include "support/script.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(ContextUnion, JoinsStreamsInTheirOrder) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto a = running.input<int>(), b = running.input<int>(), c = running.input<int>();
    auto all = running.collect(running.context().union_<int>({c.stream, a.stream, b.stream}));
    auto alone = running.collect(running.context().union_(std::vector{a.stream}));
    running.play({start(), addData(a, {1}), addData(b, {2}), addData(c, {3}), closeBatch(),
                  expect(all, {3, 1, 2}), expect(alone, {1}), closeBatch(), expect(all, {}),
                  expect(alone, {}), stop()});
  });
}

TEST(ContextTransform, SeesTheRddsOfAllStreams) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto a = running.input<int>(), b = running.input<int>();
    auto sizes = running.collect(running.context().transform(
        std::vector{a.stream, b.stream},
        [sc = running.context().sparkContext()](const auto& rdds, Time time) {
          return sc.parallelize(
              std::vector<std::int64_t>{time.milliseconds(), rdds[0].count(), rdds[1].count()}, 1);
        }));
    auto all = running.collect(running.context().transform(
        std::vector{a.stream, b.stream},
        [](const std::vector<RDD<int>>& rdds) { return RDD<int>::union_(rdds); }));
    running.play({start(), addData(a, {1, 2}), addData(b, {3}), closeBatch(), expect(sizes, {1000, 2, 1}),
                  expect(all, {1, 2, 3}), closeBatch(), expect(sizes, {2000, 0, 0}), expect(all, {}),
                  stop()});
  });
}

TEST(ContextFunctions, RefuseStreamsThatDoNotGoTogether) {
  StreamTest one, other;
  auto stream = one.source<int>({});
  auto foreign = other.source<int>({});
  auto slower = stream.window(Seconds(2), Seconds(2));
  auto first = [](const auto& rdds) { return rdds[0]; };
  StreamingContext& ssc = one.context();
  EXPECT_THROW(ssc.union_(std::vector<DStream<int>>{}), IllegalArgument);
  EXPECT_THROW(ssc.union_(std::vector{stream, foreign}), IllegalArgument);
  EXPECT_THROW(ssc.union_(std::vector{foreign}), IllegalArgument);
  EXPECT_THROW(ssc.union_(std::vector{stream, slower}), IllegalArgument);
  EXPECT_THROW(ssc.transform(std::vector<DStream<int>>{}, first), IllegalArgument);
  EXPECT_THROW(ssc.transform(std::vector{stream, foreign}, first), IllegalArgument);
  EXPECT_THROW(ssc.transform(std::vector{slower, stream}, first), IllegalArgument);
}

}  // namespace
}  // namespace millrace
