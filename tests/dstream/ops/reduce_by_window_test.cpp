#include <millrace/dstream/ops/reduce_by_window.hpp>

#include <millrace/base/error.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(ReduceByWindow, FoldsTheRecordsOfAWindow) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto largest = running.collect(
        numbers.stream.reduceByWindow([](int a, int b) { return std::max(a, b); }, Seconds(2), Seconds(1)));
    running.play({start(), closeBatch(), expect(largest, {}), addData(numbers, {5, 7}), closeBatch(),
                  expect(largest, {7}), addData(numbers, {3}), closeBatch(), expect(largest, {7}),
                  noRdd(numbers), closeBatch(), expect(largest, {3}), closeBatch(), expect(largest, {}),
                  stop()});
  });
}

TEST(ReduceByWindow, WithAnInverseAlwaysHasARecordAfterTheFirst) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto sums =
        running.collect(numbers.stream.reduceByWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Seconds(1)));
    running.play({start(), closeBatch(), expect(sums, {}), addData(numbers, {5, 7}), closeBatch(),
                  expect(sums, {12}), addData(numbers, {3}), closeBatch(), expect(sums, {15}), noRdd(numbers),
                  closeBatch(), expect(sums, {3}), closeBatch(), expect(sums, {0}), stop()});
    EXPECT_EQ(sums.all()[0].partitions.size(), 1U);
  });
}

TEST(CountByWindow, CountsTheRecordsOfAWindow) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto counts = running.collect(texts.stream.countByWindow(Seconds(2), Seconds(1)));
    running.play({start(), closeBatch(), expect(counts, {}), addData(texts, {"a", "b"}), closeBatch(),
                  expect(counts, {2}), addData(texts, {"c"}), closeBatch(), expect(counts, {3}), closeBatch(),
                  expect(counts, {1}), closeBatch(), expect(counts, {0}), stop()});
  });
}

TEST(ReduceByWindow, RefusesLengthsThatDoNotFit) {
  StreamTest running;
  auto numbers = running.source<int>({});
  EXPECT_THROW(numbers.reduceByWindow(std::plus<>{}, Milliseconds(1500), Seconds(1)), IllegalArgument);
  EXPECT_THROW(numbers.reduceByWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Milliseconds(500)),
               IllegalArgument);
  EXPECT_THROW(numbers.countByWindow(Seconds(2), Milliseconds(100)), IllegalArgument);
  EXPECT_THROW(numbers.window(Seconds(-2), Seconds(1)), IllegalArgument);
}

TEST(CountByWindow, OfWindowsWithGapsBetweenCountsTheRecordsInThem) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto counts = running.collect(texts.stream.countByWindow(Seconds(1), Seconds(3)));
    auto sums = running.collect(texts.stream.map([](std::string_view text) { return text.size(); })
                                    .reduceByWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Seconds(3)));
    running.play({start(),
                  closeBatch(3),
                  expect(counts, {}),
                  expect(sums, {}),
                  addData(texts, {"no window has", "these"}),
                  closeBatch(),
                  addData(texts, {"four"}),
                  closeBatch(),
                  addData(texts, {"a", "b"}),
                  closeBatch(),
                  expect(counts, {2}),
                  expect(sums, {6}),
                  closeBatch(3),
                  expect(counts, {0}),
                  expect(sums, {0}),
                  closeBatch(2),
                  addData(texts, {"abc"}),
                  closeBatch(),
                  expect(counts, {1}),
                  expect(sums, {3}),
                  stop()});
  });
}

}  // namespace
}  // namespace millrace
