#include "benchmarks.hpp"
#include "continuous/hand_lines.hpp"
#include "continuous/modes.hpp"
#include "continuous/prepared_lines.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/hand_table.hpp"
#include "scratch.hpp"

#include <millrace/base/split.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::bench {

namespace {

using TimePoint = PreparedLines::TimePoint;
using WordCount = std::pair<std::string, std::int64_t>;

/// What came to the end of the program: so many records, and a sum that shows whether they are the right ones.
class Tally {
 public:
  explicit Tally(std::int64_t records) : expected_(records) {}

  void add(std::int64_t value, std::int64_t records = 1) {
    sum_ += value;
    if ((records_ += records) == expected_) all_.set_value(std::chrono::steady_clock::now());
  }
  /// When the last record came. Throws if that takes longer than a minute.
  TimePoint awaitAll() {
    auto all = all_.get_future();
    if (all.wait_for(std::chrono::minutes(1)) != std::future_status::ready)
      throw std::runtime_error("not all records come to the end of the program");
    return all.get();
  }
  std::int64_t sum() const { return sum_; }

 private:
  const std::int64_t expected_;
  std::int64_t records_ = 0;
  std::int64_t sum_ = 0;
  std::promise<TimePoint> all_;
};

/// One program, as `build` makes it on the stream of the lines, which come so many times.
struct Program {
  std::int64_t times;
  std::int64_t recordsPerLine;
  std::function<void(const DStream<std::string>&, Tally&)> build;
  std::function<std::int64_t()> byHand;
  std::int64_t sum;

  std::int64_t lines() const { return times * PreparedLines::kLines; }
};

double millionsPerSecond(std::int64_t lines, std::chrono::duration<double> time) {
  return static_cast<double>(lines) / time.count() / 1e6;
}

double runEngine(const Program& program) {
  Tally tally(program.lines() * program.recordsPerLine);
  std::promise<TimePoint> startedAt;
  Scratch scratch;
  SparkContext sparkContext(inMode("continuous"), engineWithWorker());
  StreamingContext context(sparkContext, Milliseconds(100));
  context.checkpoint(scratch.path());
  program.build(context.receiverStream(std::make_unique<PreparedLines>(program.times, startedAt)), tally);
  context.start();
  TimePoint end = tally.awaitAll();
  context.stop(true, false);
  expectEqual("the engine's sum", tally.sum(), program.sum);
  return millionsPerSecond(program.lines(), end - startedAt.get_future().get());
}

double runByHand(const Program& program) {
  std::int64_t sum = 0;
  double seconds = secondsOf([&] { sum = program.byHand(); });
  expectEqual("the sum by hand", sum, program.sum);
  return millionsPerSecond(program.lines(), std::chrono::duration<double>(seconds));
}

/// Calls f(line) for all lines, so many times.
template <class F>
void eachLine(std::int64_t times, const F& f) {
  for (std::int64_t i = 0; i < times; ++i) {
    for (const auto& block : PreparedLines::blocks()) {
      for (const std::string& line : block) f(line);
    }
  }
}

Program stateless() {
  constexpr std::int64_t kTimes = 256;
  constexpr auto size = [](std::string_view line) { return static_cast<std::int64_t>(line.size()); };
  constexpr auto isLine = [](std::int64_t x) { return x > 0; };
  constexpr auto triple = [](std::int64_t x) { return x * 3 + 1; };
  constexpr auto isNoMultiple = [](std::int64_t x) { return x % 3 != 0; };
  constexpr auto flip = [](std::int64_t x) { return x ^ 5; };
  auto build = [=](const DStream<std::string>& lines, Tally& tally) {
    lines.map(size)
        .filter(isLine)
        .map(triple)
        .filter(isNoMultiple)
        .map(flip)
        .foreach ([&tally](std::int64_t x) { tally.add(x); });
  };
  auto sumOf = [=](std::int64_t times) {
    std::int64_t sum = 0;
    eachLine(times, [&](const std::string& line) {
      std::int64_t x = size(line);
      if (isLine(x) && isNoMultiple(triple(x))) sum += flip(triple(x));
    });
    return sum;
  };
  return {kTimes, 1, build, [=] { return sumOf(kTimes); }, sumOf(1) * kTimes};
}

Program runningCounts() {
  constexpr std::int64_t kTimes = 16;
  constexpr auto count = [](const std::string&, const std::optional<std::int64_t>&,
                            State<std::int64_t>& state) {
    std::int64_t counted = (state.exists() ? state.get() : 0) + 1;
    state.update(counted);
    return counted;
  };
  auto build = [=](const DStream<std::string>& lines, Tally& tally) {
    lines.flatMap([](std::string_view line) { return split(line, ' '); })
        .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
        .mapWithState(StateSpec::function(count))
        .foreach ([&tally](std::int64_t x) { tally.add(x); });
  };
  auto byHand = [=] {
    HandTable table;
    std::int64_t sum = 0;
    for (std::int64_t line = 0; line < kTimes * PreparedLines::kLines; ++line) {
      eachWord(WordLines::get()[static_cast<std::size_t>(line)],
               [&](std::string_view word) { sum += table.add(word); });
    }
    return sum;
  };
  return {kTimes, WordLines::kPerLine, build, byHand,
          WordLines::get().sumOfRunningCounts(kTimes * PreparedLines::kLines)};
}

Program counts() {
  constexpr std::int64_t kTimes = 64;
  auto build = [](const DStream<std::string>& lines, Tally& tally) {
    lines.flatMap([](std::string_view line) { return split(line, ' '); })
        .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
        .reduceByKey(std::plus<>())
        .foreachRDD([&tally](const RDD<WordCount>& counted) {
          std::int64_t words = 0;
          counted.foreach ([&](const WordCount& count) { words += count.second; });
          tally.add(words, words);
        });
  };
  auto byHand = [=] {
    HandTable table;
    for (std::int64_t i = 0; i < kTimes; ++i) table.addAll(WordLines::get().text());
    std::int64_t words = 0;
    for (const WordCount& count : table.counts()) words += count.second;
    return words;
  };
  return {kTimes, WordLines::kPerLine, build, byHand, kTimes * PreparedLines::kLines * WordLines::kPerLine};
}

void compare(Session& session, const std::string& name, const Program& program, double leastMillions) {
  Figures figures = session.measure({
      {"hand", [&] { return runByHand(program); }},
      {"engine", [&] { return runEngine(program); }},
  });
  session.report("continuous_rate, " + name, "M lines/s", figures, engineAtLeast(leastMillions));
}

}  // namespace

void continuousRate(Session& session) {
  compare(session, "five stateless operators", stateless(), 10);
  compare(session, "mapWithState", runningCounts(), 2);
  compare(session, "reduceByKey", counts(), 3);
}

}  // namespace millrace::bench
