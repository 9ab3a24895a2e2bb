#include <millrace/dstream/input/queue_stream.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace millrace {
namespace {

using test::StreamTest;
using Records = std::vector<std::vector<int>>;

struct Queued {
  RDDQueue<int> queue;

  void push(StreamTest& running, const std::vector<int>& records, int slices = 2) {
    queue += running.context().sparkContext().parallelize(records, slices);
  }
};

TEST(QueueStream, TakesOnePerBatch) {
  StreamTest running;
  Queued queued;
  auto outputs = running.collect(running.context().queueStream(queued.queue));
  queued.push(running, {1, 2, 3});
  queued.push(running, {4});
  running.start();
  running.advance(3);
  queued.push(running, {5});
  running.advance();
  running.stop();
  EXPECT_EQ(outputs.records(), (Records{{1, 2, 3}, {4}, {}, {5}}));
  EXPECT_EQ(outputs.all()[2].partitions.size(), 1u) << "an empty queue gives one empty partition";
}

TEST(QueueStream, TakesAllThatWait) {
  StreamTest running;
  Queued queued;
  auto outputs = running.collect(running.context().queueStream(queued.queue, false));
  for (int i = 1; i <= 3; ++i) queued.push(running, {i, 10 * i}, 2);
  running.run(2);
  EXPECT_EQ(outputs.records(), (Records{{1, 10, 2, 20, 3, 30}, {}}));
  EXPECT_EQ(outputs.all()[0].partitions.size(), 6u);
}

TEST(QueueStream, OfBools) {
  using Flags = std::vector<std::vector<bool>>;
  for (StreamingMode mode : test::kModes) {
    StreamTest running({.mode = mode});
    const auto& context = running.context().sparkContext();
    RDDQueue<bool> queue;
    auto flags = running.context().queueStream(queue, true, context.parallelize(std::vector<bool>{false}, 1));
    auto outputs = running.collect(flags), negated = running.collect(flags.map([](bool is) { return !is; }));
    queue.push(context.parallelize(std::vector<bool>{true, false, true}, 2));
    running.run(2);
    EXPECT_EQ(outputs.records(), (Flags{{true, false, true}, {false}}));
    EXPECT_EQ(negated.records(), (Flags{{false, true, false}, {true}}));
  }
}

TEST(QueueStream, GivesTheDefaultWhenEmpty) {
  StreamTest running;
  Queued queued, other;
  auto nines = running.context().sparkContext().parallelize(std::vector<int>{9, 9}, 3);
  auto outputs = running.collect(running.context().queueStream(queued.queue, true, nines));
  auto none = running.collect(running.context().queueStream(other.queue, true, RDD<int>()));
  queued.push(running, {1});
  running.run(3);
  EXPECT_EQ(outputs.records(), (Records{{1}, {9, 9}, {9, 9}}));
  EXPECT_EQ(none.records(), (Records{{}, {}, {}})) << "the null RDD means an empty one, not none";
  EXPECT_EQ(none.all()[0].partitions.size(), 0u);
}

TEST(QueueStream, IsReadByAWindowOnlyWhenThatSlides) {
  StreamTest running;
  Queued queued;
  auto outputs =
      running.collect(running.context().queueStream(queued.queue, false).window(Seconds(2), Seconds(2)));
  queued.push(running, {1});
  running.start();
  running.advance();
  queued.push(running, {2});
  running.advance();
  running.stop();
  EXPECT_EQ(outputs.records(), (Records{{1, 2}}));
  EXPECT_TRUE(queued.queue.empty());
}

TEST(QueueStream, RefusesAnRddOfAStoppedContextAndGoesOn) {
  for (StreamingMode mode : test::kModes) {
    for (bool oneAtATime : {true, false}) {
      StreamTest running({.mode = mode});
      Queued queued;
      auto outputs = running.collect(
          running.context().queueStream(queued.queue, oneAtATime).map([](int n) { return n + 1; }));
      const SparkContext other(SparkConf().setMaster("local"));
      queued.queue.push(other.parallelize(std::vector{7}, 2));
      other.stop();
      running.start();
      running.advance();
      queued.push(running, {1});
      running.advance();
      EXPECT_EQ(
          running.awaitFailure(),
          "batch 1000 ms, making its jobs: Queue stream [0] was given an RDD of a SparkContext that has been "
          "stopped: make it on the context of the stream");
      EXPECT_EQ(outputs.records(), Records{{2}});
    }
  }
}

}  // namespace
}  // namespace millrace
