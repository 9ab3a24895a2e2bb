#include <millrace/dstream/ops/map.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(StreamMap, MapsEachBatch) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto source =
        running.source<std::string_view>(test::batches<std::string>({{"one", "three"}, {}, {"fourteen"}}));
    auto sizes = running.collect(source.map([](std::string_view text) { return text.size(); }));
    auto owned = running.collect(source.map([](const std::string& text) { return text + "!"; }));
    running.run(3);
    EXPECT_EQ(sizes.records(), (std::vector<std::vector<std::size_t>>{{3, 5}, {}, {8}}));
    EXPECT_EQ(owned.records(),
              (std::vector<std::vector<std::string>>{{"one!", "three!"}, {}, {"fourteen!"}}));
    EXPECT_EQ(sizes.all().at(1).partitions.size(), static_cast<std::size_t>(options.shape.partitions));
  });
}

TEST(StreamMap, ReportsBatchOutputOperatorAndPartition) {
  StreamTest running({.shape = {.partitions = 2}});
  auto source = running.source<int>(test::batches<int>({{1, 2}, {3, 4}}));
  running.collect(source.map([](int x) { return x == 4 ? throw 4.5 : x; }));
  EXPECT_EQ(running.failureOf(3),
            "batch 2000 ms, foreachRDD #2: map #1 failed in partition 1: an exception of type double");
}

}  // namespace
}  // namespace millrace
