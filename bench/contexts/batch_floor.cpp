#include "benchmarks.hpp"
#include "contexts/completed_batches.hpp"
#include "cores.hpp"
#include "harness.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <sys/prctl.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <ctime>

namespace millrace::bench {

namespace {

using Steady = std::chrono::steady_clock;
constexpr int kTasks = 16;

/// How late some batches ended, in microseconds after the time at which each was due.
class Delays {
 public:
  explicit Delays(std::int64_t intervalMs) : interval_(intervalMs) {}

  std::size_t perRound() const {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(2000 / interval_, 20, 1000));
  }
  void set(std::vector<double> delays) { delays_ = std::move(delays); }

  double p50() const { return medianOf(delays_); }
  /// The median of the p99s of windows: of 100 ms, or of 20 batches where that is longer.
  double wp99() const {
    std::size_t length = std::max<std::size_t>(20, static_cast<std::size_t>(100 / interval_));
    std::vector<double> p99s;
    for (std::size_t begin = 0; begin + length <= delays_.size(); begin += length) {
      auto from = delays_.begin() + static_cast<std::ptrdiff_t>(begin);
      std::vector<double> window(from, from + static_cast<std::ptrdiff_t>(length));
      std::sort(window.begin(), window.end());
      p99s.push_back(window[(length * 99 + 99) / 100 - 1]);
    }
    return medianOf(std::move(p99s));
  }

 private:
  std::int64_t interval_;
  std::vector<double> delays_;
};

double microseconds(Steady::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// Batches of a program with one shuffle and nothing to do, through the whole context: when a listener hears of their ends,
/// and when the output has its answer.
void runEngine(std::int64_t intervalMs, Delays& heard, Delays& answered) {
  std::vector<CompletedBatches::Batch> answers;  // before the context, whose jobs add to it
  SparkContext sparkContext(SparkConf(), pinnedEngine(2));
  auto zero = Steady::now();
  auto clock = std::make_shared<SystemClock>();
  std::int64_t zeroMs = clock->now();
  StreamingContext context(sparkContext, Milliseconds(intervalMs), clock);
  auto completed = std::make_shared<CompletedBatches>();
  context.addStreamingListener(completed);
  auto nothing = sparkContext.parallelize(std::vector<std::pair<int, int>>(), kTasks);
  context.queueStream(RDDQueue<std::pair<int, int>>(), true, nothing)
      .reduceByKey(std::plus<>(), kTasks)
      .foreachRDD([&answers](const RDD<std::pair<int, int>>& rdd, Time time) {
        expectEqual("records", rdd.count(), 0);
        answers.push_back({time, Steady::now()});
      });
  context.start();
  constexpr std::size_t kFirst = 5;
  auto batches = completed->await(kFirst + heard.perRound());
  context.stop(true, false);

  const auto delaysOf = [&](const std::vector<CompletedBatches::Batch>& ended) {
    std::vector<double> measured;
    for (std::size_t i = kFirst; i < ended.size(); ++i) {
      auto due = zero + std::chrono::milliseconds(ended[i].time.milliseconds() - zeroMs);
      measured.push_back(microseconds(ended[i].ended - due));
    }
    return measured;
  };
  heard.set(delaysOf(batches));
  answered.set(delaysOf(answers));
}

/// A thread that sleeps until a batch is due and runs the tasks of two stages, which is all there is to do.
void runByHand(std::int64_t intervalMs, Delays& delays) {
  auto pool = pinnedEngine(2);
  prctl(PR_SET_TIMERSLACK, 1);
  tbb::task_arena arena(2, 1);
  std::vector<double> measured;
  std::atomic<int> tasks = 0;
  auto due = Steady::now();
  while (measured.size() < delays.perRound()) {
    due += std::chrono::milliseconds(intervalMs);
    auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(due.time_since_epoch()).count();
    timespec time{at / 1'000'000'000, at % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
    for (int stage = 0; stage < 2; ++stage) {
      arena.execute([&] {
        tbb::parallel_for(
            0, kTasks, [&](int) { tasks.fetch_add(1, std::memory_order_relaxed); },
            tbb::simple_partitioner());
      });
    }
    measured.push_back(microseconds(Steady::now() - due));
  }
  expectEqual("tasks", tasks, static_cast<std::int64_t>(measured.size()) * 2 * kTasks);
  delays.set(std::move(measured));
}

void compare(Session& session, std::int64_t intervalMs) {
  Delays heard(intervalMs), answered(intervalMs), hand(intervalMs);
  Figures figures = session.measure({
      {"hand",
       [&] {
         runByHand(intervalMs, hand);
         return hand.p50();
       }},
      {"hand wp99", [&] { return hand.wp99(); }},
      {"engine",
       [&] {
         runEngine(intervalMs, heard, answered);
         return heard.p50();
       }},
      {"engine wp99", [&] { return heard.wp99(); }},
      {"answer", [&] { return answered.p50(); }},
  });
  std::string name = "batch_floor, every " + std::to_string(intervalMs) + " ms, ";
  session.report(name + "p50", "µs", figures, engineAtMost(200));
  session.report(name + "wp99", "µs", figures, {}, "engine wp99", "hand wp99");
  session.report(name + "p50 of the output's answer", "µs", figures, {}, "answer");
}

}  // namespace

void batchFloor(Session& session) {
  if (!hasTwoCores()) return;
  for (std::int64_t intervalMs : {1, 10, 100}) compare(session, intervalMs);
}

}  // namespace millrace::bench
