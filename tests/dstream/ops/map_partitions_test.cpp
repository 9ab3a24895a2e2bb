#include <millrace/dstream/ops/map_partitions.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(StreamMapPartitions, SeesEachPartitionOfEachBatchEmptyOnesToo) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto source = running.source<int>({{{1, 2, 3, 4, 5}}, std::nullopt, {{}}});
    auto sizes = running.collect(source.mapPartitions([](auto& records) {
      int size = 0;
      for ([[maybe_unused]] int record : records) ++size;
      return std::vector<int>{size};
    }));
    running.run(3);
    ASSERT_EQ(sizes.times(), (std::vector<std::int64_t>{1000, 3000}));
    const auto batches = sizes.records();
    EXPECT_EQ(batches[0].size(), static_cast<std::size_t>(options.shape.partitions));
    EXPECT_EQ(std::accumulate(batches[0].begin(), batches[0].end(), 0), 5);
    EXPECT_EQ(batches[1], std::vector<int>(static_cast<std::size_t>(options.shape.partitions), 0));
  });
}

}  // namespace
}  // namespace millrace
