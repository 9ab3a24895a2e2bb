#include "spark_parity/from_json.hpp"

#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace millrace::parity {
namespace {

using Pair = std::pair<std::string, int>;
using Pairs = std::vector<Pair>;

TEST(SparkTimes, X01_ASlideLongerThanTheWindowLeavesBatchesOut) {
  const auto& row = test::vector("X01");
  for (bool inverse : {false, true}) {
    test::onAllShapes([&](test::StreamOptions options) {
      SCOPED_TRACE(options.shape.describe());
      test::StreamTest running(options);
      auto source = running.source<Pair>(fromJson<test::Batches<Pair>>(row.at("in")));
      auto outputs = running.collect(
          inverse ? source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(1), Seconds(3))
                  : source.reduceByKeyAndWindow(std::plus<>{}, Seconds(1), Seconds(3)));
      running.run(6);
      EXPECT_EQ(outputs.records(), fromJson<std::vector<Pairs>>(row.at("plain_out")));
    });
  }
}

TEST(SparkTimes, X05_CheckpointIntervalOfAnIncrementalWindow) {
  for (const auto& row : test::vector("X05").at("rows").as_array()) {
    const Duration slide = Milliseconds(fromJson<std::int64_t>(row.at(0)));
    const Duration interval = Milliseconds(fromJson<std::int64_t>(row.at(1)));
    test::StreamOptions options;
    options.batch = slide;
    test::StreamTest running(options);
    auto window = running.source<Pair>({}).reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, slide);
    running.collect(window);
    running.start();
    EXPECT_EQ(window.node()->checkpointInterval(), interval) << slide;
    EXPECT_EQ(window.node()->rememberDuration(), interval * 2) << slide;
  }
}

TEST(SparkTimes, X06_FirstBatch) {
  for (const auto& row : test::vector("X06").at("start").as_array()) {
    const auto first = fromJson<std::int64_t>(row.at(2));
    test::StreamOptions options;
    options.now = fromJson<std::int64_t>(row.at(0));
    options.batch = Milliseconds(fromJson<std::int64_t>(row.at(1)));
    test::StreamTest running(options);
    auto source = running.source<int>(test::batches<int>({{1}}));
    auto outputs = running.collect(source);
    running.start();
    EXPECT_EQ(running.context().graph()->zeroTime(), Time(fromJson<std::int64_t>(row.at(3))));
    running.moveTo(first - 1);
    EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>()));
    running.moveTo(first);
    EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{first}));
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{1}}));
  }
}

}  // namespace
}  // namespace millrace::parity
