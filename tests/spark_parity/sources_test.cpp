#include "spark_parity/from_json.hpp"

#include <millrace/base/error.hpp>
#include <millrace/io/receiver.hpp>
#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

namespace millrace::parity {
namespace {

using Strings = std::vector<std::string>;

template <class T>
std::vector<T> collected(const std::vector<RDD<T>>& rdds) {
  std::vector<T> all;
  for (const auto& rdd : rdds) {
    auto records = rdd.collect();
    all.insert(all.end(), records.begin(), records.end());
  }
  return all;
}

TEST(SparkSources, F18_AQueueGivesOneRddPerBatch) {
  const auto& row = test::vector("F18");
  test::StreamTest running;
  auto& context = running.context();
  RDDQueue<std::string> queue;
  auto outputs = running.collect(context.queueStream(queue, true));
  running.start();
  for (const Strings& enqueued : fromJson<std::vector<Strings>>(row.at("in"))) {
    for (const std::string& record : enqueued) queue += context.sparkContext().makeRDD(Strings{record}, 1);
    running.advance();
  }
  auto records = outputs.records();
  std::erase(records, Strings());
  EXPECT_EQ(records, fromJson<std::vector<Strings>>(row.at("out")));
}

TEST(SparkSources, F20_AQueueByDefaultGivesOneRddPerBatch) {
  const auto& row = test::vector("F20");
  test::StreamTest running;
  auto& context = running.context();
  RDDQueue<int> queue;
  for (const auto& records : fromJson<std::vector<std::vector<int>>>(row.at("in")))
    queue += context.sparkContext().makeRDD(records);
  auto outputs = running.collect(context.queueStream(queue));
  running.run(3);
  EXPECT_EQ(outputs.records(), fromJson<std::vector<std::vector<int>>>(row.at("out")));
}

TEST(SparkSources, F20_AQueueMayHoldViews) {
  test::StreamTest running;
  auto& context = running.context();
  RDDQueue<std::string_view> queue;
  queue += test::rddOf<std::string_view>(context.sparkContext().engine(), {"one", "two"}, 2);
  auto outputs = running.collect(context.queueStream(queue));
  running.run(2);
  EXPECT_EQ(outputs.records(), (std::vector<Strings>{{"one", "two"}, {}}));
}

TEST(SparkSources, F28_InputsAreNumberedInOrder) {
  struct Silent final : Receiver<int> {
    Silent() : Receiver(StorageLevel::MEMORY_ONLY) {}
    void onStart() override {}
    void onStop() override {}
  };
  test::StreamTest running;
  auto& context = running.context();
  const auto inputOf = [](const DStream<int>& stream) {
    return std::dynamic_pointer_cast<core::InputNode>(stream.node())->inputName();
  };
  Strings names;
  for (int i = 0; i < 2; ++i) names.push_back(inputOf(context.receiverStream(std::make_unique<Silent>())));
  for (int i = 0; i < 3; ++i) names.push_back(inputOf(context.queueStream(RDDQueue<int>())));
  EXPECT_EQ(names, (Strings{"Receiver stream [0]", "Receiver stream [1]", "Queue stream [2]",
                            "Queue stream [3]", "Queue stream [4]"}));
}

TEST(SparkSources, F37_SlicesByBatchTime) {
  const auto& row = test::vector("F37");
  test::StreamTest running;
  auto& context = running.context();
  context.remember(Seconds(4));
  RDDQueue<int> queue;
  for (const auto& records : fromJson<std::vector<std::vector<int>>>(row.at("in")))
    queue += context.sparkContext().makeRDD(records, 1);
  auto stream = context.queueStream(queue);
  running.collect(stream);
  running.start();
  running.advance(4);
  for (const auto& call : row.at("calls").as_array()) {
    const Time from = Time(1000) + Seconds(fromJson<int>(call.at("from")));
    const Time to = Time(1000) + Seconds(fromJson<int>(call.at("to")));
    EXPECT_EQ(collected(stream.slice(from, to)), fromJson<std::vector<int>>(call.at("set")))
        << from << " to " << to;
    EXPECT_EQ(collected(stream.slice(Interval(from, to))), fromJson<std::vector<int>>(call.at("set")));
  }
}

TEST(SparkSources, F38_AnUnusedOneDoesNoHarm) {
  test::StreamTest running;
  running.source<int>(test::batches<int>({{7}}));
  auto outputs = running.collect(running.source<int>(test::batches<int>({{1}, {2}})));
  running.run(2);
  EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{1}, {2}}));
}

TEST(SparkSources, F38_AnUnusedOneHasNoSlices) {
  test::StreamTest running;
  auto unused = running.source<int>(test::batches<int>({{7}}));
  running.collect(running.source<int>(test::batches<int>({{1}, {2}})));
  running.start();
  running.advance(2);
  try {
    unused.slice(Time(1000), Time(2000));
    FAIL() << "nothing would ever drop these RDDs";
  } catch (const SparkException& error) {
    EXPECT_STREQ(
        error.what(),
        "Test stream #0 has not been initialized, because no output operation uses it: add one, such as "
        "foreachRDD");
  }
}

}  // namespace
}  // namespace millrace::parity
