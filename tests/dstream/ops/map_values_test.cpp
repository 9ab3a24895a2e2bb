#include <millrace/dstream/ops/map_values.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;

TEST(StreamMapValues, KeepsKeysOrderAndPartitions) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto doubled = running.collect(pairs.stream.mapValues([](int v) { return 2 * v; }));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"a", 3}}), closeBatch(),
                  expect(doubled, {{"a", 2}, {"b", 4}, {"a", 6}}), closeBatch(), expect(doubled, {}),
                  noRdd(pairs), closeBatch(), expectNothing(doubled), stop()});
    EXPECT_EQ(doubled.all()[1].partitions.size(), static_cast<std::size_t>(options.shape.partitions));
  });
}

TEST(StreamMapValues, KeepsThePartitioner) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    std::vector<std::optional<Partitioner>> seen;
    pairs.stream.reduceByKey(std::plus<>{}, 3)
        .mapValues([](int v) { return v + 1; })
        .foreachRDD([&](const RDD<Pair>& rdd) { seen.push_back(rdd.partitioner()); });
    running.play({start(), closeBatch(), stop()});
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_TRUE(seen[0] && *seen[0] == HashPartitioner(3));
  });
}

TEST(StreamMapValues, IsNamedWhenItFails) {
  StreamTest running;
  auto pairs = running.source<Pair>(batches<Pair>({{{"a", 1}}}));
  running.collect(pairs.mapValues([](int v) { return v == 1 ? throw std::runtime_error("one") : v; }));
  EXPECT_EQ(running.failureOf(1), "batch 1000 ms, foreachRDD #2: mapValues #1 failed in partition 1: one");
}

}  // namespace
}  // namespace millrace
