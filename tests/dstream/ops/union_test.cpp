#include <millrace/dstream/ops/union.hpp>

#include <millrace/dstream/ops.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

TEST(StreamUnion, PutsOneStreamBehindTheOther) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<int>();
    auto right = running.input<int>();
    auto all = running.collect(left.stream.union_(right.stream));
    running.play({start(), addData(left, {1, 2}), addData(right, {2, 3}), closeBatch(),
                  expectAnyOrder(all, {1, 2, 2, 3}), closeBatch(), expect(all, {}), stop()});
    EXPECT_EQ(all.all()[0].partitions.size(), 2U * static_cast<std::size_t>(options.shape.partitions));
  });
}

TEST(StreamUnion, KeepsThePartitionerThatAllShare) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<Pair>();
    auto right = running.input<Pair>();
    auto sums = left.stream.reduceByKey(std::plus<>{}, 3);
    auto others = right.stream.reduceByKey(std::plus<>{}, 3);
    auto two = running.collect(sums.union_(others));
    auto many = running.collect(running.context().union_(std::vector{sums, others, sums}));
    auto mixed = running.collect(sums.union_(right.stream.reduceByKey(std::plus<>{}, 4)));
    std::vector<std::optional<Partitioner>> partitioners;
    sums.union_(others).foreachRDD([&](const RDD<Pair>& rdd) { partitioners.push_back(rdd.partitioner()); });
    running.play({start(), addData(left, {{"a", 1}, {"a", 2}, {"b", 3}}), addData(right, {{"a", 9}}),
                  closeBatch(), expectAnyOrder(two, {{"a", 3}, {"a", 9}, {"b", 3}}),
                  expectAnyOrder(many, {{"a", 3}, {"a", 3}, {"a", 9}, {"b", 3}, {"b", 3}}),
                  expectAnyOrder(mixed, {{"a", 3}, {"a", 9}, {"b", 3}}), closeBatch(), expect(two, {}),
                  expect(many, {}), expect(mixed, {}), stop()});
    EXPECT_EQ(two.all()[0].partitions.size(), 3U);
    EXPECT_EQ(many.all()[0].partitions.size(), 3U);
    EXPECT_EQ(mixed.all()[0].partitions.size(), 7U);
    ASSERT_EQ(partitioners.size(), 2U);
    EXPECT_EQ(partitioners[0], HashPartitioner(3));
  });
}

TEST(StreamUnion, OfAStreamWithItselfDoublesItsRecords) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto input = running.input<int>();
    auto doubled = input.stream;
    for (int i = 0; i < 6; ++i) doubled = doubled.union_(doubled);
    auto sums = running.collect(doubled.reduce(std::plus<>{}));
    running.play({start(), addData(input, {1, 2}), closeBatch(), expect(sums, {3 << 6}), addData(input, {5}),
                  closeBatch(), expect(sums, {5 << 6}), stop()});
  });
}

}  // namespace
}  // namespace millrace
