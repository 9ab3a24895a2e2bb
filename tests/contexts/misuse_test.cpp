#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/custom_dstream.hpp>
#include <millrace/dstream/input/constant_input_dstream.hpp>

#include "support/script.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

std::optional<int> keep(std::span<const int>, std::optional<int> old) { return old; }
int count(std::string, std::optional<int>, State<int>&) { return 1; }

/// One of everything that adds to a program.
std::vector<std::pair<std::string, std::function<void()>>> additions(StreamingContext& ssc,
                                                                     const DStream<Pair>& pairs,
                                                                     const DStream<std::int64_t>& numbers) {
  const Duration one = Seconds(1), two = Seconds(2);
  auto rdd = ssc.sparkContext().parallelize(std::vector{1});
  return {
      {"inputStream", [=, &ssc] { ssc.inputStream(std::make_shared<ConstantInputDStream<int>>(rdd)); }},
      {"queueStream", [&ssc] { ssc.queueStream(RDDQueue<int>()); }},
      {"socketTextStream", [&ssc] { ssc.socketTextStream("127.0.0.1", 1); }},
      {"context union",
       [=, &ssc] {
         ssc.union_(std::vector{pairs, pairs});
       }},
      {"context transform",
       [=, &ssc] { ssc.transform(std::vector{pairs}, [](const auto& rdds) { return rdds[0]; }); }},
      {"map", [=] { numbers.map([](std::int64_t x) { return x; }); }},
      {"mapPartitions", [=] { numbers.mapPartitions([](auto&) { return std::vector<int>(); }); }},
      {"glom", [=] { numbers.glom(); }},
      {"repartition", [=] { numbers.repartition(2); }},
      {"reduce", [=] { numbers.reduce(std::plus<>{}); }},
      {"count", [=] { numbers.count(); }},
      {"countByValue", [=] { numbers.countByValue(); }},
      {"union", [=] { numbers.union_(numbers); }},
      {"transform", [=] { numbers.transform([](const auto& all) { return all; }); }},
      {"transformWith", [=] { numbers.transformWith(pairs, [](const auto& a, const auto&) { return a; }); }},
      {"window", [=] { numbers.window(two); }},
      {"reduceByWindow", [=] { numbers.reduceByWindow(std::plus<>{}, two, one); }},
      {"reduceByWindow with an inverse",
       [=] { numbers.reduceByWindow(std::plus<>{}, std::minus<>{}, two, one); }},
      {"countByWindow", [=] { numbers.countByWindow(two, one); }},
      {"countByValueAndWindow", [=] { numbers.countByValueAndWindow(two, one); }},
      {"mapValues", [=] { pairs.mapValues([](int v) { return v; }); }},
      {"flatMapValues", [=] { pairs.flatMapValues([](int v) { return std::vector{v}; }); }},
      {"groupByKey", [=] { pairs.groupByKey(); }},
      {"reduceByKey", [=] { pairs.reduceByKey(std::plus<>{}); }},
      {"combineByKey", [=] { pairs.combineByKey(std::identity{}, std::plus<>{}, std::plus<>{}, 2); }},
      {"cogroup", [=] { pairs.cogroup(pairs); }},
      {"join", [=] { pairs.join(pairs); }},
      {"groupByKeyAndWindow", [=] { pairs.groupByKeyAndWindow(two); }},
      {"reduceByKeyAndWindow", [=] { pairs.reduceByKeyAndWindow(std::plus<>{}, two); }},
      {"reduceByKeyAndWindow with an inverse",
       [=] { pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, two); }},
      {"updateStateByKey", [=] { pairs.updateStateByKey(&keep); }},
      {"mapWithState", [=] { pairs.mapWithState(StateSpec::function(&count)); }},
      {"print", [=] { pairs.print(); }},
      {"foreachRDD", [=] { pairs.foreachRDD([](const RDD<Pair>&) {}); }},
      {"foreach", [=] { pairs.foreach ([](const Pair&) {}); }},
      {"saveAsTextFiles", [=] { pairs.saveAsTextFiles("x"); }},
      {"saveAsObjectFiles", [=] { pairs.saveAsObjectFiles("x"); }},
  };
}

void expectRefused(const std::string& word, const std::function<void()>& addition) {
  try {
    addition();
    ADD_FAILURE() << "not refused";
  } catch (const IllegalState& error) {
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

TEST(Misuse, NothingIsAddedAfterStartOrStop) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.source<Pair>({});
    auto numbers = pairs.count();
    running.collect(numbers);
    const auto all = additions(running.context(), pairs, numbers);
    running.start();
    for (const auto& [name, addition] : all) {
      SCOPED_TRACE(name);
      expectRefused("start()", addition);
    }
    EXPECT_THROW(pairs.persist(), Unsupported);
    EXPECT_THROW(pairs.checkpoint(Seconds(10)), Unsupported);
    running.stop();
    for (const auto& [name, addition] : all) {
      SCOPED_TRACE(name);
      expectRefused("stop()", addition);
    }
    EXPECT_THROW(running.context().start(), IllegalState);
  });
}

TEST(Misuse, NothingIsAddedToAContextThatIsGone) {
  std::optional<DStream<Pair>> pairs;
  {
    StreamTest running;
    pairs = running.source<Pair>({});
  }
  EXPECT_THROW(pairs->count(), IllegalState);
  EXPECT_THROW(pairs->join(*pairs), IllegalState);
  EXPECT_THROW(pairs->updateStateByKey(&keep), IllegalState);
}

TEST(Misuse, PartitionsAndLengthsHaveToFit) {
  StreamTest running;
  auto pairs = running.source<Pair>({});
  EXPECT_THROW(pairs.groupByKey(0), IllegalArgument);
  EXPECT_THROW(pairs.join(pairs, -1), IllegalArgument);
  EXPECT_THROW(pairs.countByValue(0), IllegalArgument);
  EXPECT_THROW(pairs.updateStateByKey(&keep, 0), IllegalArgument);
  EXPECT_THROW(pairs.mapWithState(StateSpec::function(&count).numPartitions(0)), IllegalArgument);
  auto byInt = partitionerBy<int>(
      2, [](int key) { return key % 2; }, "parity");
  EXPECT_THROW(pairs.groupByKey(byInt), IllegalArgument) << "a partitioner of another key";
  EXPECT_THROW(pairs.reduceByKey(std::plus<>{}, byInt), IllegalArgument);
  EXPECT_THROW(pairs.reduceByKeyAndWindow(std::plus<>{}, Milliseconds(2500), Seconds(1)), IllegalArgument);
  EXPECT_THROW(pairs.reduceByKeyAndWindow(std::plus<>{}, Seconds(2), Milliseconds(1500)), IllegalArgument);
  EXPECT_THROW(pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(0), Seconds(1)),
               IllegalArgument);
  auto slower = pairs.window(Seconds(2), Seconds(2));
  EXPECT_THROW(slower.window(Seconds(3), Seconds(2)), IllegalArgument);
  EXPECT_THROW(slower.groupByKeyAndWindow(Seconds(4), Seconds(3)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
