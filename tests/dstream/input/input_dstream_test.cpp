#include <millrace/dstream/input/constant_input_dstream.hpp>
#include <millrace/dstream/input/input_dstream.hpp>

#include "support/script.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

class InputsOfBatches final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo& batch) override { inputs.push_back(batch.streamIdToInputInfo); }
  std::vector<std::map<int, StreamInputInfo>> inputs;
};

/// Knows no number of records, but has something to say.
class Speaking final : public InputDStream<int> {
 public:
  explicit Speaking(RDD<int> rdd) : rdd_(std::move(rdd)) {}
  std::optional<RDD<int>> compute(Time) override { return rdd_; }
  InputMetadata metadataOf(Time time) const override {
    return {.files = {}, .offsets = {}, .description = "asked at " + time.toString()};
  }

 private:
  RDD<int> rdd_;
};

TEST(InputDStream, TellsListenersOfItsBatches) {
  inBothModes([](const StreamOptions& options) {
    auto told = std::make_shared<InputsOfBatches>();
    {
      StreamTest running(options);
      running.context().addStreamingListener(told);
      const SparkContext sc = running.context().sparkContext();
      running.collect(running.context().inputStream(std::make_shared<Ticks>(sc)));
      const auto rdd = sc.parallelize(std::vector{1}, 1);
      running.collect(running.context().inputStream(std::make_shared<Speaking>(rdd)));
      running.collect(running.context().inputStream(std::make_shared<ConstantInputDStream<int>>(rdd)));
      running.run(1);
    }
    ASSERT_EQ(told->inputs.size(), 1U);
    const auto& inputs = told->inputs[0];
    ASSERT_EQ(inputs.size(), 2U) << "of the third nothing is known";
    EXPECT_EQ(inputs.at(0).numRecords, 1);
    ASSERT_EQ(inputs.at(0).metadata.offsets.size(), 1U);
    EXPECT_EQ(inputs.at(0).metadata.offsets[0].until, 1000);
    EXPECT_EQ(inputs.at(0).metadataDescription(), "part clock, offsets 0 to 1000");
    EXPECT_EQ(inputs.at(1).numRecords, 0);
    EXPECT_EQ(inputs.at(1).metadataDescription(), "asked at 1000 ms");
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
