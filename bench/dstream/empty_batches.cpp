#include "dstream/empty_batches.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/millrace.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

using Pair = std::pair<std::string, int>;
constexpr Duration kBatch = Seconds(1);
constexpr Duration kWindow = kBatch * 3;

class Source final : public InputDStream<Pair> {
 public:
  Source(SparkContext sparkContext, bool hasRdds)
      : sparkContext_(std::move(sparkContext)), hasRdds_(hasRdds) {}
  std::optional<RDD<Pair>> compute(Time) override {
    if (!hasRdds_) return std::nullopt;
    std::vector<Pair> pairs;
    if (!std::exchange(hasBegun_, true)) pairs.emplace_back("a", 1);
    return sparkContext_.parallelize(std::move(pairs), 1);
  }

 private:
  SparkContext sparkContext_;
  const bool hasRdds_;
  bool hasBegun_ = false;
};

class NewestCompleted final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override { time = batch.batchTime.milliseconds(); }
  std::atomic<std::int64_t> time = 0;
};

SparkConf confOf(const std::string& mode) {
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  return conf;
}

std::optional<int> count(std::span<const int> values, std::optional<int> before) {
  return before.value_or(0) + static_cast<int>(values.size());
}
std::optional<int> fail(std::span<const int>, std::optional<int>) { throw std::runtime_error("lost"); }

constexpr auto kCountAll = [](auto& entries) {
  std::vector<Pair> counted;
  for (auto& [key, values, before] : entries)
    counted.emplace_back(key, before.value_or(0) + static_cast<int>(values.size()));
  return counted;
};
constexpr auto kFailForAll = [](auto&) -> std::vector<Pair> { throw std::runtime_error("lost"); };

int keep(std::string, std::optional<int> one, State<int>& state) {
  state.update(state.getOption().value_or(0) + one.value_or(0));
  return state.get();
}

constexpr auto kIgnore = [](const auto&) {};
constexpr auto kAsk = [](const auto& rdd) {
  try {
    rdd.count();
  } catch (const SparkException&) {
  }
};

void addUnreadStates(const DStream<Pair>& pairs) {
  pairs.updateStateByKey(&count).foreachRDD(kIgnore);
  pairs.updateStateByKey<int>(kCountAll, 1, true).foreachRDD(kIgnore);
  auto mapped = pairs.mapWithState(StateSpec::function(&keep));
  mapped.foreachRDD(kIgnore);
  mapped.stateSnapshots().foreachRDD(kIgnore);
  pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, kWindow).foreachRDD(kIgnore);
  pairs.reduceByKeyAndWindow([](int a, int b) { return std::max(a, b); }, kWindow).foreachRDD(kIgnore);
}

void addLostStates(const DStream<Pair>& pairs) {
  pairs.updateStateByKey(&fail).foreachRDD(kAsk);
  pairs.updateStateByKey<int>(kFailForAll, 1, true).foreachRDD(kAsk);
  pairs
      .reduceByKeyAndWindow(
          std::plus<>{}, [](int, int) -> int { throw std::runtime_error("lost"); }, kWindow)
      .foreachRDD(kAsk);
}

struct Kept {
  RDD<Pair> reduced, cached;
};

void addMadeOfBefore(const DStream<Pair>& pairs) {
  pairs.foreachRDD([kept = std::make_shared<Kept>()](const RDD<Pair>& rdd) {
    auto& [reduced, cached] = *kept;
    reduced = reduced.isNull() ? rdd : reduced.union_(rdd).reduceByKey(std::plus<>{}, 1);
    reduced.count();
    cached = cached.isNull() ? rdd : cached.union_(rdd).coalesce(1).cache();
    cached.count();
  });
}

}  // namespace

struct EmptyBatches::Run {
  Run(const std::string& mode, Program program)
      : ssc(SparkContext(confOf(mode)), kBatch, clock), hasJobs(program != Program::kWithoutJobs) {
    ssc.addStreamingListener(completed);
    ssc.graph()->setCheckpointDirectory("not used");
    auto pairs = ssc.inputStream(std::make_shared<Source>(ssc.sparkContext(), hasJobs));
    if (program == Program::kLostStates) {
      addLostStates(pairs);
    } else if (program == Program::kMadeOfBefore) {
      addMadeOfBefore(pairs);
    } else {
      pairs.updateStateByKey(&count).foreachRDD(kIgnore);
      if (hasJobs) addUnreadStates(pairs);
    }
    ssc.start();
  }
  ~Run() { ssc.stop(true, false); }

  std::int64_t newest() const {
    return hasJobs ? completed->time.load() : ssc.graph()->newestTime().milliseconds();
  }

  const std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  const std::shared_ptr<NewestCompleted> completed = std::make_shared<NewestCompleted>();
  StreamingContext ssc;
  const bool hasJobs;
};

EmptyBatches::EmptyBatches(const std::string& mode, Program program)
    : run_(std::make_unique<Run>(mode, program)) {}
EmptyBatches::~EmptyBatches() = default;

void EmptyBatches::step() {
  run_->clock->advance(kBatch.milliseconds());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (run_->newest() < run_->clock->now()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the batches do not end");
    std::this_thread::yield();
  }
}

}  // namespace millrace::bench
