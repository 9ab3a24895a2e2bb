#include "benchmarks.hpp"
#include "dstream/stepped_program.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

#include <millrace/dstream/ops.hpp>

#include <algorithm>

namespace millrace::bench {

namespace {

constexpr std::int64_t kKeys = 1'000'000;
constexpr std::int64_t kRecords = 1'000'000;
constexpr std::size_t kWindow = 60;
constexpr std::size_t kDifferent = 8;  // batches that come over and over

constexpr auto kLarger = [](std::int64_t a, std::int64_t b) { return std::max(a, b); };
std::int64_t markOf(const Pair& entry) { return entry.first * 31 ^ entry.second; }

/// Values that grow from batch to batch, but not for every key.
std::vector<Pair> batchOf(std::size_t number) {
  auto batch = randomPairs(kRecords, kKeys, static_cast<std::int64_t>(number) * kRecords);
  for (Pair& pair : batch) pair.second = pair.second % 1000 + static_cast<std::int64_t>(number);
  return batch;
}

/// Merges the maps of all batches anew, which is what a window without an inverse costs at least if nothing is kept.
class HandWindowOfMaps {
 public:
  HandWindowOfMaps() {
    for (std::size_t i = 0; i < kDifferent; ++i) {
      for (const auto& [key, value] : batchOf(i)) put(maps_[i], key, value);
    }
  }
  std::int64_t slide() const {
    PairTable<std::int64_t> window;
    window.reserve(kKeys);
    for (std::size_t i = 0; i < kWindow; ++i) {
      for (const auto& [key, value] : maps_[i % kDifferent]) put(window, key, value);
    }
    std::int64_t marks = 0;
    for (const auto& [key, value] : window) marks += markOf({key, value});
    return marks;
  }

 private:
  static void put(PairTable<std::int64_t>& table, std::int64_t key, std::int64_t value) {
    auto [at, added] = table.emplace(key, value);
    if (!added) at->second = kLarger(at->second, value);
  }

  std::vector<PairTable<std::int64_t>> maps_{kDifferent};
};

class EngineWindow {
 public:
  EngineWindow() {
    for (std::size_t i = 0; i < kDifferent; ++i)
      batches_.push_back(program_.sparkContext().parallelize(batchOf(i), 1));
    program_.context()
        .queueStream(queue_)
        .reduceByKeyAndWindow(kLarger, SteppedProgram::kInterval * kWindow, SteppedProgram::kInterval, 1)
        .foreachRDD([this](const RDD<Pair>& window) { marks_ = sumOf(window, markOf); });
    program_.context().start();
    for (std::size_t i = 0; i < 2 * kWindow; ++i) slide();
  }
  std::int64_t slide() {
    queue_.push(batches_[next_++ % kDifferent]);
    program_.step();
    return marks_;
  }

 private:
  std::int64_t marks_ = 0;
  RDDQueue<Pair> queue_;
  SteppedProgram program_{1};
  std::vector<RDD<Pair>> batches_;
  std::size_t next_ = 0;
};

}  // namespace

void windowNoInverse(Session& session) {
  HandWindowOfMaps hand;
  EngineWindow engine;
  // A full window holds each batch seven times at least, so every slide gives the same.
  const std::int64_t expected = hand.slide();
  double worst = 0;
  Figures figures = session.measure({
      {"hand", timed("the window", expected, [&] { return hand.slide(); })},
      {"engine",
       [&] {
         double sum = worst = 0;
         for (std::size_t i = 0; i < kWindow; ++i) {
           double milliseconds = timed("the window", expected, [&] { return engine.slide(); })();
           sum += milliseconds;
           worst = std::max(worst, milliseconds);
         }
         return sum / kWindow;
       }},
      {"engine, worst", [&] { return worst; }},
  });
  session.report("window_no_inverse, mean", "ms", figures, ratioAtMost(0.35));
  session.report("window_no_inverse, worst slide", "ms", figures, ratioAtMost(1.1), "engine, worst");
}

}  // namespace millrace::bench
