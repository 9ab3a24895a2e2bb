#include "benchmarks.hpp"
#include "continuous/anchored_clock.hpp"
#include "continuous/hand_lines.hpp"
#include "continuous/latencies.hpp"
#include "continuous/modes.hpp"
#include "continuous/paced_sender.hpp"
#include "continuous/word_lines.hpp"
#include "cores.hpp"
#include "hand_map.hpp"
#include "harness.hpp"

#include <millrace/base/hash.hpp>
#include <millrace/base/split.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::bench {

namespace {

using Steady = std::chrono::steady_clock;
using TimePoint = Latencies::TimePoint;
constexpr std::int64_t kRate = 100'000;

/// How late the results of epochs came. Those of epochs in which lines were sent only for a part of the time do not count.
class Results {
 public:
  Results(std::int64_t epochMs, std::int64_t lines)
      : fullEpoch_(kRate * WordLines::kPerLine * epochMs / 1000),
        words_(lines * WordLines::kPerLine),
        latencies_(static_cast<std::size_t>(lines * 1000 / kRate / epochMs + 2),
                   std::chrono::milliseconds(0)) {}

  void add(TimePoint due, std::int64_t words) {
    if (words > fullEpoch_ * 9 / 10) latencies_.add(due, Steady::now());
    if (hasAll()) return;
    counted_ += words;
    if (hasAll()) all_.set_value();
  }
  bool hasAll() const { return counted_ >= words_; }
  void awaitAll() {
    if (all_.get_future().wait_for(std::chrono::minutes(1)) != std::future_status::ready)
      throw std::runtime_error("not all words are counted");
  }
  double p50(const std::string& who) const {
    expectEqual("words that " + who + " counted", counted_, words_);
    return latencies_.p50();
  }

 private:
  const std::int64_t fullEpoch_;
  const std::int64_t words_;
  std::int64_t counted_ = 0;
  Latencies latencies_;
  std::promise<void> all_;
};

double runEngine(std::int64_t epochMs, std::int64_t lines) {
  PacedSender sender(kRate, lines);
  Results results(epochMs, lines);
  SparkContext sparkContext(inMode("continuous"), engineWithWorker());
  AnchoredClock clock;
  StreamingContext context(sparkContext, Milliseconds(epochMs), clock.clock());
  context.socketTextStream("127.0.0.1", sender.port())
      .flatMap([](std::string_view line) { return split(StampedLine::wordsOf(line), ' '); })
      .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
      .reduceByKey(std::plus<>())
      .foreachRDD([&](const RDD<std::pair<std::string, std::int64_t>>& counts, Time time) {
        std::int64_t words = 0;
        counts.foreach ([&](const std::pair<std::string, std::int64_t>& count) { words += count.second; });
        results.add(clock.whenIs(time), words);
      });
  context.start();
  results.awaitAll();
  context.stop(true, false);
  return results.p50("the engine");
}

struct TextHash {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const { return Hash<std::string_view>()(text); }
};

/// A table for each epoch, gone through at its end.
double runByHand(std::int64_t epochMs, std::int64_t lines) {
  PacedSender sender(kRate, lines);
  Results results(epochMs, lines);
  HandMap<std::string, std::int64_t, TextHash> table;
  HandLines input(sender.port());
  TimePoint due = Steady::now() + std::chrono::milliseconds(epochMs);
  while (!results.hasAll()) {
    input.read(
        [&](std::string_view line) {
          eachWord(StampedLine::wordsOf(line), [&](std::string_view word) {
            auto known = table.find(word);
            if (known == table.end()) known = table.emplace(std::string(word), 0).first;
            ++known->second;
          });
        },
        due);
    if (Steady::now() < due) continue;
    std::int64_t words = 0;
    for (const auto& [word, count] : table) words += count;
    results.add(due, words);
    table.clear();
    due += std::chrono::milliseconds(epochMs);
  }
  return results.p50("the loop by hand");
}

void compare(Session& session, int mostRounds, std::int64_t epochMs, std::int64_t seconds,
             double mostMicroseconds) {
  std::int64_t lines = kRate * seconds;
  Session few = session.withRounds(std::min(session.rounds(), mostRounds));
  Figures figures = few.measure({
      {"hand", [=] { return runByHand(epochMs, lines); }},
      {"engine", [=] { return runEngine(epochMs, lines); }},
  });
  session.report("continuous_keyed, epochs of " + std::to_string(epochMs) + " ms, p50", "µs", figures,
                 engineAtMost(mostMicroseconds));
}

}  // namespace

void continuousKeyed(Session& session) {
  if (!hasTwoCores()) return;
  compare(session, 5, 10, 1, 500);
  compare(session, 5, 100, 2, 2000);
  compare(session, 3, 1000, 4, 7000);
}

}  // namespace millrace::bench
