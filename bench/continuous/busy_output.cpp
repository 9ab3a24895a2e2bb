#include "benchmarks.hpp"
#include "continuous/counted_lines.hpp"
#include "continuous/paced_sender.hpp"
#include "continuous/running_counts.hpp"
#include "cores.hpp"
#include "harness.hpp"

#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::bench {

namespace {

using Steady = std::chrono::steady_clock;
using TimePoint = Latencies::TimePoint;
constexpr std::int64_t kRate = 10'000;
constexpr std::int64_t kLines = kRate * 11 / 2;
constexpr std::chrono::seconds kBusy{3};

/// An output's function. Its second call takes three seconds: an action, all threads of the job pool at work, on the other
/// core; or it does nothing. Tells when it began.
class Output {
 public:
  Output(const SparkContext& context, bool busy) : context_(context), busy_(busy) {}

  void run() {
    if (++calls_ != 2) return;
    began_.set_value(Steady::now());
    if (!busy_) return;
    context_.parallelize(std::vector{0, 1}, 2).foreach ([](int) {
      pinToOtherCore();
      for (auto end = Steady::now() + kBusy; Steady::now() < end;) {
      }
    });
    pinToWorkCore();
  }
  TimePoint began() { return began_.get_future().get(); }

 private:
  const SparkContext context_;
  const bool busy_;
  int calls_ = 0;
  std::promise<TimePoint> began_;
};

double wp99(bool busy) {
  PacedSender sender(kRate, kLines, Pace::kAsleep);
  CountedLines counted(kLines);
  RunningCounts program(sender.port(), Seconds(1), pinnedEngine(2), counted);
  Output output(program.context().sparkContext(), busy);
  program.lines()
      .filter([](std::string_view) { return false; })
      .foreachRDD([&](const RDD<std::string_view>&) { output.run(); });
  program.context().start();
  counted.awaitAll();
  program.context().stop(true, false);
  counted.check("the engine");
  TimePoint began = output.began();
  return counted.latencies().during(began, began + kBusy).wp99();
}

}  // namespace

void busyOutput(Session& session) {
  if (!hasTwoCores()) return;
  Session few = session.withRounds(std::min(session.rounds(), 2));
  Figures figures = few.measure({
      {"idle", [] { return wp99(false); }},
      {"busy", [] { return wp99(true); }},
  });
  session.report("busy_output, wp99 (reference: not busy)", "µs", figures, engineAtMost(200), "busy", "idle");
}

}  // namespace millrace::bench
