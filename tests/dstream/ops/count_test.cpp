#include <millrace/dstream/ops/count.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(StreamCount, IsOneRecordPerBatch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto counts = running.collect(texts.stream.count());
    running.play({start(), addData(texts, {"a", "b", "a"}), closeBatch(), expect(counts, {3}), closeBatch(),
                  expect(counts, {0}), addData(texts, {"x"}), closeBatch(), expect(counts, {1}), stop()});
    EXPECT_EQ(counts.all()[0].partitions.size(), 1U);
  });
}

TEST(StreamCount, OfAReceiverWithoutBlocksIsZero) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.receiver<int>();
    auto counts = running.collect(numbers.stream.count());
    running.play({start(), closeBatch(), expect(counts, {0}), addData(numbers, {1, 2}), closeBatch(),
                  expect(counts, {2}), stop()});
  });
}

TEST(StreamCount, NeedsAnRdd) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto counts = running.collect(numbers.stream.count());
    running.play({start(), addData(numbers, {1}), closeBatch(), expect(counts, {1}), noRdd(numbers),
                  closeBatch(),
                  fails("batch 2000 ms, making its jobs: count #1 could not generate an RDD from its parent "
                        "Test stream #0 at time 2000 ms: a source that has no data has to give an empty RDD"),
                  stop()});
  });
}

}  // namespace
}  // namespace millrace
