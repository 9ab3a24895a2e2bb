#include "benchmarks.hpp"
#include "continuous/counted_lines.hpp"
#include "continuous/paced_sender.hpp"
#include "continuous/running_counts.hpp"
#include "cores.hpp"
#include "harness.hpp"

#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <string_view>
#include <thread>

namespace millrace::bench {

namespace {

constexpr std::int64_t kRate = 100'000;
constexpr std::chrono::milliseconds kRunning{400};

/// Milliseconds that stop(true, false) takes in the middle of a run.
double millisecondsToStop() {
  PacedSender sender(kRate, 10 * kRate);
  CountedLines counted(sender.lines());
  RunningCounts program(sender.port(), Seconds(1), engineWithWorker(), counted);
  program.lines().foreachRDD([](const RDD<std::string_view>& lines) { lines.count(); });
  program.context().start();
  sender.awaitStart();
  std::this_thread::sleep_for(kRunning);
  double seconds = secondsOf([&] { program.context().stop(true, false); });
  if (counted.latencies().size() == 0) throw WrongAnswer("nothing came before the stop");
  return seconds * 1e3;
}

}  // namespace

void immediateStop(Session& session) {
  if (!hasTwoCores()) return;
  Figures figures = session.measure({{"engine", millisecondsToStop}});
  session.reportAlone("immediate_stop, at 100 k lines/s", "ms", figures, "engine", engineAtMost(100));
}

}  // namespace millrace::bench
