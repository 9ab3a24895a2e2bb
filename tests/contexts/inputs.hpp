#pragma once

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/io/receiver.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/observed.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::test {

/// Stores what the test gives it.
struct ByHand : Receiver<int> {
  ByHand() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override { started.open(); }
  void onStop() override {}
  Gate started;
};

/// Shows whether it could store something now.
struct Held : ByHand {
  bool mayStore() const { return mostPermitted() > 0; }
  std::size_t mostAtOnce() const { return mostPermitted(); }
  void await(bool wanted) const {
    const auto deadline = soon();
    while (mayStore() != wanted) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      std::this_thread::yield();
    }
  }
};

/// An input whose batches, all empty, are made by a function of the test.
struct ScriptedInput final : core::InputNode {
  ScriptedInput(const std::shared_ptr<core::StreamGraph>& owner, std::function<void(Time)> function)
      : InputNode(owner, "Scripted"), making(std::move(function)) {}
  core::NodePtr compute(Time time) override {
    making(time);
    return core::blockNode(graph()->engine(), info(), {});
  }
  std::function<void(Time)> making;
};

/// A context with a clock of its own, which stands at 500 ms, batches of one second and a queue as source.
struct SmallProgram {
  using Settings = std::vector<std::pair<std::string, std::string>>;

  explicit SmallProgram(const Settings& settings = {}) : SmallProgram(SparkContext(configured(settings))) {}
  explicit SmallProgram(const SparkContext& sparkContext) : ssc(sparkContext, Seconds(1), clock) {}

  static SparkConf configured(const Settings& settings) {
    SparkConf conf;
    conf.setMaster("local[2]");
    for (const auto& [key, value] : settings) conf.set(key, value);
    return conf;
  }

  /// Puts these records into the queue, in two partitions.
  void push(const std::vector<int>& records) { queue.push(ssc.sparkContext().parallelize(records, 2)); }
  /// Moves the clock to the time of the next batch.
  void nextBatch() {
    std::int64_t time = clock->now() / 1000 * 1000 + 1000;
    EXPECT_TRUE(clock->awaitWaiter(time, kPatience)) << "nobody waits for " << time;
    clock->setTime(time);
  }
  /// An output that writes down the time and records of each batch.
  void noteBatches() {
    numbers.foreachRDD([this](const RDD<int>& rdd, Time time) {
      done.add(std::to_string(time.milliseconds()) + ": " + testing::PrintToString(rdd.collect()));
    });
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(500);
  Happenings done;
  RDDQueue<int> queue;
  StreamingContext ssc;
  DStream<int> numbers = ssc.queueStream(queue);
};

}  // namespace millrace::test
