#include <millrace/contexts/streaming_context.hpp>

#include <millrace/base/error.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/allocated.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// What programs hold after 20 000 empty batches, which have to leave nothing behind.

namespace millrace {
namespace {

using test::StreamTest;
using Pair = std::pair<std::string, int>;

constexpr int kBatches = 20'000;
constexpr int kFirst = 2'000;  // fill what fills once
constexpr std::ptrdiff_t kMostBytes = (kBatches - kFirst) * 60;

void expectFlat(const std::function<void(int batches)>& advance) {
  advance(kFirst);
  const std::size_t before = test::allocatedBytes();
  advance(kBatches - kFirst);
  EXPECT_LT(static_cast<std::ptrdiff_t>(test::allocatedBytes() - before), kMostBytes);
}

/// A source of one pair in the first batch, and none later. It knows how many of its RDDs live.
class OnePair final : public core::InputNode {
 public:
  explicit OnePair(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Test stream") {}

  long live() const { return *live_; }

 protected:
  core::NodePtr compute(Time) override {
    std::vector<Pair> pairs;
    if (!std::exchange(hasBegun_, true)) pairs.emplace_back("a", 1);
    return std::make_shared<Made>(graph()->engine(), std::move(pairs), live_);
  }

 private:
  class Made final : public core::Node {
   public:
    Made(core::EnginePtr engine, std::vector<Pair> pairs, std::shared_ptr<std::atomic<long>> live)
        : Node(std::move(engine), core::rddOperator("made"), {}, 1),
          pairs_(std::move(pairs)),
          live_(std::move(live)) {
      ++*live_;
    }
    ~Made() override { --*live_; }

   protected:
    core::ReaderPtr compute(int) override {
      return std::make_unique<core::StoredReader<Pair>>(pairs_.data(), pairs_.data() + pairs_.size());
    }

   private:
    const std::vector<Pair> pairs_;
    const std::shared_ptr<std::atomic<long>> live_;
  };

  const std::shared_ptr<std::atomic<long>> live_ = std::make_shared<std::atomic<long>>(0);
  bool hasBegun_ = false;
};

struct EmptyProgram {
  explicit EmptyProgram(StreamingMode mode)
      : running({.shape = {.partitions = 1}, .mode = mode}),
        source(std::make_shared<OnePair>(running.context().graph())),
        pairs(running.context().inputStream<Pair>(source)) {}

  StreamTest running;
  std::shared_ptr<OnePair> source;
  DStream<Pair> pairs;
};

std::optional<int> countBatches(std::span<const int>, std::optional<int> before) {
  return before.value_or(0) + 1;
}

constexpr auto kCountBatchesOfAll = [](auto& entries) {
  std::vector<Pair> counted;
  for (auto& [key, values, before] : entries) counted.emplace_back(key, before.value_or(0) + 1);
  return counted;
};

int keep(std::string, std::optional<int> one, millrace::State<int>& state) {
  state.update(state.getOption().value_or(0) + one.value_or(0));
  return state.get();
}

/// An output that reads only the batch behind those that are to be flat.
template <class T>
std::shared_ptr<std::vector<T>> readAtTheEnd(const DStream<T>& stream) {
  auto last = std::make_shared<std::vector<T>>();
  stream.foreachRDD([last](const RDD<T>& rdd, Time time) {
    if (time == Time((kBatches + 1) * 1000)) *last = rdd.collect();
  });
  return last;
}

TEST(Growth, OfBatchesWithoutJobs) {
  class NoRdds final : public core::InputNode {
   public:
    explicit NoRdds(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Test stream") {}

   protected:
    core::NodePtr compute(Time) override { return nullptr; }
  };
  for (const StreamingMode mode : test::kModes) {
    auto clock = std::make_shared<ManualClock>(0);
    SparkConf conf;
    conf.set(config::kMode.name, mode == StreamingMode::kMicroBatch ? "micro-batch" : "continuous");
    StreamingContext context(SparkContext(conf, test::makeEngine()), Seconds(1), clock);
    const auto graph = context.graph();
    graph->setCheckpointDirectory("checkpoint");
    int jobs = 0;
    for (int i = 0; i < 2; ++i) {
      auto pairs = context.inputStream<Pair>(std::make_shared<NoRdds>(graph));
      auto count = [&jobs](const auto&) { ++jobs; };
      pairs.map([](const Pair& pair) { return pair.first; }).foreachRDD(count);
      pairs.reduceByKey(std::plus<>{}).mapValues([](int x) { return x; }).foreachRDD(count);
      pairs.groupByKey().foreachRDD(count);
      pairs.updateStateByKey(&countBatches).foreachRDD(count);
    }
    context.start();
    int batch = 0;
    expectFlat([&](int batches) {
      for (const int last = batch + batches; batch < last;) {
        const Time time(++batch * 1000);
        clock->setTime(time.milliseconds());
        const auto deadline = std::chrono::steady_clock::now() + test::kPatienceOfStreams;
        while (graph->newestTime() < time) {
          if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no batch after 30 s");
          std::this_thread::yield();
        }
      }
    });
    context.stop(true, false);
    EXPECT_EQ(jobs, 0);
  }
}

TEST(Growth, OfStatesThatNoOutputReads) {
  for (const StreamingMode mode : test::kModes) {
    EmptyProgram program(mode);
    auto byKey = readAtTheEnd(program.pairs.updateStateByKey(&countBatches));
    auto byPartition = readAtTheEnd(program.pairs.updateStateByKey<int>(kCountBatchesOfAll, 1, true));
    auto mapped = program.pairs.mapWithState(StateSpec::function(&keep));
    auto emitted = readAtTheEnd(mapped);
    auto states = readAtTheEnd(mapped.stateSnapshots());
    auto sums = readAtTheEnd(
        program.pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3), Seconds(1), 1));
    auto most = readAtTheEnd(
        program.pairs.reduceByKeyAndWindow([](int a, int b) { return std::max(a, b); }, Seconds(3)));
    program.running.start();
    expectFlat([&](int batches) { program.running.advance(batches); });
    EXPECT_LT(program.source->live(), 100);
    program.running.advance();
    program.running.stop();
    EXPECT_EQ(*byKey, (std::vector<Pair>{{"a", kBatches + 1}}));
    EXPECT_EQ(*byPartition, (std::vector<Pair>{{"a", kBatches + 1}}));
    EXPECT_EQ(*emitted, std::vector<int>());
    EXPECT_EQ(*states, (std::vector<Pair>{{"a", 1}}));
    EXPECT_EQ(*sums, (std::vector<Pair>{{"a", 0}}));
    EXPECT_EQ(*most, std::vector<Pair>());
  }
}

template <class T>
bool fails(const RDD<T>& rdd) {
  try {
    rdd.count();
    return false;
  } catch (const SparkException&) {
    return true;
  }
}

TEST(Growth, OfStatesThatAreLostAndAskedAgain) {
  for (const StreamingMode mode : test::kModes) {
    EmptyProgram program(mode);
    int failures = 0;
    auto ask = [&failures](const auto& rdd) { failures += fails(rdd) ? 1 : 0; };
    program.pairs
        .updateStateByKey([](std::span<const int>, std::optional<int>) -> std::optional<int> {
          throw std::runtime_error("by key");
        })
        .foreachRDD(ask);
    program.pairs
        .updateStateByKey<int>([](auto&) -> std::vector<Pair> { throw std::runtime_error("by partition"); },
                               1, true)
        .foreachRDD(ask);
    program.pairs
        .reduceByKeyAndWindow([](int a, int b) { return a + b; },
                              [](int, int) -> int { throw std::runtime_error("inverse"); }, Seconds(3),
                              Seconds(1), 1)
        .foreachRDD(ask);
    program.running.start();
    expectFlat([&](int batches) { program.running.advance(batches); });
    EXPECT_LT(program.source->live(), 100);
    EXPECT_EQ(failures, 3 * kBatches - 3) << "the pair leaves the window in the fourth batch";
    program.running.stop();
  }
}

TEST(Growth, OfStatesWhoseInputKeepsThrowing) {
  for (const StreamingMode mode : test::kModes) {
    EmptyProgram program(mode);
    int failures = 0;
    auto ask = [&failures](const auto& rdd) { failures += fails(rdd) ? 1 : 0; };
    const DStream<Pair> pairs = program.pairs.transform([](const RDD<Pair>& rdd) {
      return rdd.mapPartitions([](auto&) -> std::vector<Pair> { throw std::runtime_error("no device"); });
    });
    pairs.updateStateByKey(&countBatches).foreachRDD(ask);
    pairs.updateStateByKey<int>(kCountBatchesOfAll, 1, true).foreachRDD(ask);
    pairs.mapWithState(StateSpec::function(&keep)).foreachRDD(ask);
    pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3), Seconds(1), 1).foreachRDD(ask);
    pairs.reduceByKeyAndWindow([](int a, int b) { return std::max(a, b); }, Seconds(3)).foreachRDD(ask);
    program.running.start();
    expectFlat([&](int batches) { program.running.advance(batches); });
    EXPECT_LT(program.source->live(), 100);
    EXPECT_EQ(failures, 5 * kBatches);
    EXPECT_NE(program.running.awaitFailure().find("no device"), std::string::npos);
    program.running.stop();
  }
}

TEST(Growth, OfRddsThatAreMadeOfTheBatchBefore) {
  for (const StreamingMode mode : test::kModes) {
    EmptyProgram program(mode);
    auto reduced = std::make_shared<RDD<Pair>>();
    auto cached = std::make_shared<RDD<Pair>>();
    auto cachedFirst = std::make_shared<RDD<Pair>>();
    program.pairs.foreachRDD([=](const RDD<Pair>& rdd) {
      *reduced = reduced->isNull() ? rdd : reduced->union_(rdd).reduceByKey(std::plus<>{}, 1);
      reduced->count();
      *cached = cached->isNull() ? rdd : cached->union_(rdd).coalesce(1).cache();
      cached->count();
      RDD<Pair> next = cachedFirst->isNull() ? rdd : cachedFirst->union_(rdd).coalesce(1).cache();
      next.count();
      *cachedFirst = next;
    });
    program.running.start();
    expectFlat([&](int batches) { program.running.advance(batches); });
    EXPECT_LT(program.source->live(), 100);
    for (const auto& rdd : {reduced, cached, cachedFirst})
      EXPECT_EQ(rdd->collect(), (std::vector<Pair>{{"a", 1}}));
    program.running.stop();
  }
}

}  // namespace
}  // namespace millrace
