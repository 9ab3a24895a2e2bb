#include <millrace/dstream/input/constant_input_dstream.hpp>
#include <millrace/dstream/input/input_dstream.hpp>

#include "support/script.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace test;

/// Every second of its batches has an RDD: the time in seconds.
class Ticks final : public InputDStream<std::int64_t> {
 public:
  explicit Ticks(SparkContext sparkContext) : sparkContext_(std::move(sparkContext)) {}
  std::optional<RDD<std::int64_t>> compute(Time time) override {
    const std::int64_t second = time.milliseconds() / 1000;
    if (second % 2 == 0) return std::nullopt;
    return sparkContext_.parallelize(std::vector{second}, 1);
  }
  void start() override { calls.push_back("start"); }
  void stop() override { calls.push_back("stop"); }
  std::string kind() const override { return "Ticks"; }
  std::int64_t recordsOf(Time) const override { return 1; }
  std::vector<SourcePositions> positionsOf(Time time) const override {
    return {{"clock", time.milliseconds() - 1000, time.milliseconds()}};
  }

  std::vector<std::string> calls;

 private:
  SparkContext sparkContext_;
};

TEST(InputDStream, IsASourceOfTheUsersOwn) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto ticks = std::make_shared<Ticks>(running.context().sparkContext());
    auto stream = running.context().inputStream(ticks);
    auto seen = running.collect(stream.map([](std::int64_t second) { return 10 * second; }));
    const auto& node = static_cast<const core::InputNode&>(*stream.node());
    EXPECT_EQ(node.inputName(), "Ticks [0]");
    running.play({start(), closeBatch(), expect(seen, {10}), closeBatch(), expectNothing(seen), closeBatch(),
                  expect(seen, {30}), stop()});
    EXPECT_EQ(ticks->calls, (std::vector<std::string>{"start", "stop"}));
    const auto positions = node.positionsOf(Time(3000));
    ASSERT_EQ(positions.size(), 1U);
    EXPECT_EQ(positions[0].part, "clock");
    EXPECT_EQ(positions[0].from, 2000);
    EXPECT_EQ(positions[0].until, 3000);
  });
}

TEST(ConstantInputDStream, GivesTheSameRddInEveryBatch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto rdd = running.context().sparkContext().parallelize(std::vector{1, 2, 3}, 2);
    auto stream = running.context().inputStream(std::make_shared<ConstantInputDStream<int>>(rdd));
    auto seen = running.collect(stream);
    running.play({start(), closeBatch(2), expect(seen, {1, 2, 3}), expect(seen, {1, 2, 3}), stop()});
    EXPECT_EQ(seen.all()[0].partitions.size(), 2U);
  });
}

TEST(ConstantInputDStream, RefusesTheNullRdd) {
  EXPECT_THROW(ConstantInputDStream<int>(RDD<int>()), IllegalArgument);
}

}  // namespace
}  // namespace millrace
