#include "spark_parity/from_json.hpp"
#include "spark_parity/program.hpp"

#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::parity {
namespace {

TEST(SparkTimes, X01_ASlideLongerThanTheWindowLeavesBatchesOut) {
  const auto& row = test::vector("X01");
  for (bool inverse : {false, true}) {
    test::onAllShapes([&](test::StreamOptions options) {
      SCOPED_TRACE(options.shape.describe());
      test::StreamTest running(options);
      Program program(running, row);
      const std::string words = "pairs | reduceByKeyAndWindow 1000 3000 +";
      const auto outputs = program.collect(program.stream(inverse ? words + " -" : words));
      running.run(6);
      EXPECT_EQ(Value(outputs.records()), Value(row.at("plain_out")));
    });
  }
}

TEST(SparkTimes, X05_CheckpointIntervalOfAnIncrementalWindow) {
  const auto& table = test::vector("X05");
  for (const auto& row : table.at("rows").as_array()) {
    const Duration slide = Milliseconds(fromJson<std::int64_t>(row.at(0)));
    const Duration interval = Milliseconds(fromJson<std::int64_t>(row.at(1)));
    test::StreamOptions options;
    options.batch = slide;
    test::StreamTest running(options);
    Program program(running, table);
    const std::string length = std::to_string(slide.milliseconds());
    const Stream window = program.stream("pairs | reduceByKeyAndWindow " + length + " " + length + " + -");
    program.collect(window);
    running.start();
    EXPECT_EQ(nodeOf(window)->checkpointInterval(), interval) << slide;
    EXPECT_EQ(nodeOf(window)->rememberDuration(), interval * 2) << slide;
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
