#include <millrace/dstream/ops/reduce.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(StreamReduce, FoldsABatchIntoOneRecordOrNone) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto longest = running.collect(texts.stream.reduce(
        [](std::string a, const std::string& b) { return a.size() >= b.size() ? a : b; }));
    running.play({start(), addData(texts, {"a", "ccc", "bb"}), closeBatch(), expect(longest, {"ccc"}),
                  closeBatch(), expect(longest, {}), noRdd(texts), closeBatch(), expectNothing(longest),
                  addData(texts, {"x"}), closeBatch(), expect(longest, {"x"}), stop()});
    EXPECT_EQ(longest.all()[1].partitions.size(), 1U);
  });
}

TEST(StreamReduce, KeepsTheOrderOfPartitions) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string>(4);
    auto joined = running.collect(texts.stream.reduce(std::plus<>{}));
    running.play({start(), addData(texts, {"a", "b", "c", "d", "e", "f", "g"}), closeBatch(),
                  expect(joined, {"abcdefg"}), stop()});
  });
}

TEST(StreamReduce, IsNamedWhenItFails) {
  StreamTest running({.shape = {.partitions = 2}});
  auto numbers = running.source<int>(batches<int>({{1, 2, 3}}));
  running.collect(
      numbers.reduce([](int a, int b) { return b == 3 ? throw std::runtime_error("three") : a; }));
  EXPECT_EQ(running.failureOf(1), "batch 1000 ms, foreachRDD #2: reduce #1 failed in partition 1: three");
}

}  // namespace
}  // namespace millrace
