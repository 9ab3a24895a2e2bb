#include "benchmarks.hpp"
#include "continuous/modes.hpp"
#include "continuous/word_lines.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "io/line_sender.hpp"

#include <millrace/base/split.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::bench {

namespace {

using WordCount = std::pair<std::string, std::int64_t>;
constexpr std::size_t kTimes = 64;

/// Until the batch or epoch has ended with which all words are counted, so its delay counts.
double millionsOfLinesPerSecond(const std::string& mode) {
  constexpr auto kLines = static_cast<std::int64_t>(WordLines::kLines * kTimes);
  constexpr std::int64_t kWords = kLines * WordLines::kPerLine;
  LineSender sender(std::string(WordLines::get().text()), kTimes);
  SparkConf conf = inMode(mode);
  conf.set("spark.streaming.blockInterval", "50ms");
  SparkContext sparkContext(conf, engineWithWorker());
  StreamingContext context(sparkContext, Milliseconds(100));
  std::promise<LineSender::TimePoint> allCounted;
  std::int64_t counted = 0;
  context.socketTextStream("127.0.0.1", sender.port())
      .flatMap([](std::string_view line) { return split(line, ' '); })
      .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
      .reduceByKey(std::plus<>())
      .foreachRDD([&](const RDD<WordCount>& counts) {
        if (counted == kWords) return;
        counts.foreach ([&](const WordCount& count) { counted += count.second; });
        if (counted >= kWords) allCounted.set_value(std::chrono::steady_clock::now());
      });
  context.start();
  auto end = allCounted.get_future();
  bool ended = end.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
  context.stop(true, false);
  expectEqual("words counted in " + mode + " mode", counted, kWords);
  if (!ended) throw WrongAnswer("the engine does not get to the end of the lines");
  return static_cast<double>(kLines) / std::chrono::duration<double>(end.get() - sender.startedAt()).count() /
         1e6;
}

}  // namespace

void socketWordCount(Session& session) {
  if (!hasTwoCores()) return;
  Figures figures = session.measure({
      {"micro-batch", [] { return millionsOfLinesPerSecond("micro-batch"); }},
      {"continuous", [] { return millionsOfLinesPerSecond("continuous"); }},
  });
  session.report("socket_word_count, continuous beside micro-batch", "M lines/s", figures, ratioAtLeast(0.8),
                 "continuous", "micro-batch");
}

}  // namespace millrace::bench
