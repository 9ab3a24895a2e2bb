#include <millrace/dstream/output/foreach_rdd.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamTest;
using Times = std::vector<std::int64_t>;

TEST(ForeachRDD, GetsTheRddAndIfItLikesTheTime) {
  StreamTest running;
  auto source = running.source<int>({{{1, 2}}, std::nullopt, {{}}});
  std::vector<std::int64_t> counts;
  Times times;
  source.foreachRDD([&](const RDD<int>& rdd) { counts.push_back(rdd.count()); });
  source.foreachRDD([&](RDD<int>, Time time) { times.push_back(time.milliseconds()); });
  source.foreachRDD([](const auto& rdd) { rdd.collect(); });
  running.run(3);
  EXPECT_EQ(counts, (std::vector<std::int64_t>{2, 0}));
  EXPECT_EQ(times, (Times{1000, 3000}));
}

TEST(ForeachRDD, TakesAStreamOfViewsAsStrings) {
  StreamTest running;
  auto lines = running.source<std::string_view>(test::batches<std::string>({{"a", "b"}}));
  std::vector<std::string> seen;
  lines.foreachRDD([&](const RDD<std::string>& rdd) { seen = rdd.collect(); });
  running.run(1);
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b"}));
}

TEST(ForeachRDD, FailuresAreReportedAndTheRestGoesOn) {
  StreamTest running;
  Times after;
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}}));
  source.foreachRDD([](const RDD<int>&, Time time) {
    if (time == Time(2000)) throw 7;
  });
  source.foreachRDD([&](const RDD<int>&, Time time) { after.push_back(time.milliseconds()); });
  EXPECT_EQ(running.failureOf(3), "batch 2000 ms, foreachRDD #1: an exception of type int");
  EXPECT_EQ(after, (Times{1000, 2000, 3000}));
}

TEST(ForeachRDD, NamesWhatFailedInATask) {
  StreamTest running({.shape = {.partitions = 2}});
  running.source<int>(test::batches<int>({{1, 2}})).foreachRDD([](const RDD<int>& rdd) {
    rdd.foreach ([](int x) {
      if (x == 2) throw std::runtime_error("the sink is closed");
    });
  });
  EXPECT_EQ(running.failureOf(1),
            "batch 1000 ms, foreachRDD #1: foreach failed in partition 1: the sink is closed");
}

TEST(ForeachRDD, TheLastOfSeveralFailuresIsReported) {
  StreamTest running;
  running.source<int>({}).foreachRDD(
      [](const RDD<int>&, Time time) { throw std::runtime_error(time.toString()); });
  EXPECT_EQ(running.failureOf(3), "batch 3000 ms, foreachRDD #1: 3000 ms");
}

}  // namespace
}  // namespace millrace
