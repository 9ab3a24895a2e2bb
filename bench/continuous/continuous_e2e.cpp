#include "benchmarks.hpp"
#include "continuous/counted_lines.hpp"
#include "continuous/hand_lines.hpp"
#include "continuous/paced_sender.hpp"
#include "continuous/running_counts.hpp"
#include "continuous/word_lines.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/hand_table.hpp"

#include <atomic>
#include <thread>

namespace millrace::bench {

namespace {

using Steady = std::chrono::steady_clock;
constexpr std::int64_t kSeconds = 2;

/// What one run of a variant gave.
struct Run {
  double p50 = 0;
  double wp99 = 0;
  double cores = 0;
};

/// The processor time of this process but for the sender's, by time.
class CpuMeter {
 public:
  explicit CpuMeter(PacedSender& sender) : sender_(sender), begun_(Steady::now()), before_(used()) {}
  double cores() const {
    return (used() - before_) / std::chrono::duration<double>(Steady::now() - begun_).count();
  }

 private:
  double used() const { return processCpuSeconds() - sender_.cpuSeconds(); }

  PacedSender& sender_;
  Steady::time_point begun_;
  double before_;
};

Run runEngine(std::int64_t rate) {
  PacedSender sender(rate, rate * kSeconds);
  CountedLines counted(sender.lines());
  RunningCounts program(sender.port(), Milliseconds(100), engineWithWorker(), counted);
  program.context().start();
  sender.awaitStart();
  CpuMeter meter(sender);
  counted.awaitAll();
  double cores = meter.cores();
  program.context().stop(true, false);
  counted.check("the engine");
  return {counted.latencies().p50(), counted.latencies().wp99(), cores};
}

Run runByHand(std::int64_t rate) {
  PacedSender sender(rate, rate * kSeconds);
  CountedLines counted(sender.lines());
  HandTable table;
  HandLines lines(sender.port());
  sender.awaitStart();
  CpuMeter meter(sender);
  while (!counted.hasAll()) {
    lines.read([&](std::string_view line) {
      StampedLine stamped(line);
      std::int64_t runningCounts = 0;
      eachWord(stamped.words, [&](std::string_view word) { runningCounts += table.add(word); });
      counted.addLine(stamped.due, runningCounts);
    });
  }
  double cores = meter.cores();
  counted.check("the loop by hand");
  return {counted.latencies().p50(), counted.latencies().wp99(), cores};
}

/// What the machine alone makes late: a loop that only reads the clock, beside another one on the other core, as the
/// sender is.
Run readClock(std::int64_t rate) {
  std::int64_t count = rate / 2;
  std::atomic<bool> ended = false;
  pinToOtherCore();
  std::jthread other([&] {
    while (!ended) (void)Steady::now();
  });
  pinToWorkCore();
  Latencies latencies(static_cast<std::size_t>(count));
  auto start = Steady::now();
  for (std::int64_t i = 0; i < count;) {
    auto now = Steady::now();
    for (; i < count; ++i) {
      auto due = start + std::chrono::nanoseconds(i * 1'000'000'000 / rate);
      if (due > now) break;
      latencies.add(due, now);
    }
  }
  ended = true;
  return {latencies.p50(), latencies.wp99(), 1};
}

void compare(Session& session, std::int64_t rate, double mostCores) {
  Run engine, hand, clock;
  Figures figures = session.measure({
      {"clock wp99", [&] { return (clock = readClock(rate)).wp99; }},
      {"hand", [&] { return (hand = runByHand(rate)).p50; }},
      {"hand wp99", [&] { return hand.wp99; }},
      {"hand cores", [&] { return hand.cores; }},
      {"engine", [&] { return (engine = runEngine(rate)).p50; }},
      {"engine wp99", [&] { return engine.wp99; }},
      {"engine cores", [&] { return engine.cores; }},
  });
  std::string name = "continuous_e2e, " + std::to_string(rate / 1000) + " k lines/s, ";
  session.report(name + "p50", "µs", figures, engineAtMost(60) && ratioAtMost(2));
  session.report(name + "wp99", "µs", figures, engineAtMost(200) && ratioAtMost(2), "engine wp99",
                 "hand wp99");
  session.report(name + "processor", "cores", figures, engineAtMost(mostCores), "engine cores", "hand cores");
  session.reportAlone(name + "noise floor, wp99", "µs", figures, "clock wp99");
}

}  // namespace

void continuousE2e(Session& session) {
  if (!hasTwoCores()) return;
  compare(session, 10'000, 0.3);
  compare(session, 100'000, 0.8);
  compare(session, 300'000, 1.2);
}

}  // namespace millrace::bench
