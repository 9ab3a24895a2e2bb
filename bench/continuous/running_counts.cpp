#include "continuous/running_counts.hpp"

#include "continuous/modes.hpp"
#include "continuous/paced_sender.hpp"

#include <millrace/base/split.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace millrace::bench {

namespace {

/// When the line was due, with its last word; 0 with the others.
using Due = std::int64_t;

/// The words of a line, each with the line's due time if it is the last one.
auto stampedWords(std::string_view line) {
  StampedLine stamped(line);
  const char* end = line.data() + line.size();
  Due due = stamped.due.time_since_epoch().count();
  return split(stamped.words, ' ') | std::views::transform([=](std::string_view word) {
           return std::pair(word, word.data() + word.size() == end ? due : Due{0});
         });
}

constexpr auto count = [](const std::string&, const std::optional<Due>& due, State<std::int64_t>& state) {
  std::int64_t counted = (state.exists() ? state.get() : 0) + 1;
  state.update(counted);
  return std::pair(counted, due.value_or(0));
};

struct Writer {
  void process(const std::pair<std::int64_t, Due>& word) {
    auto [runningCount, due] = word;
    if (due == 0) return counted->addWord(runningCount);
    counted->addLine(CountedLines::TimePoint(std::chrono::nanoseconds(due)), runningCount);
  }
  CountedLines* counted;
};

}  // namespace

RunningCounts::RunningCounts(int port, Duration epoch, core::EnginePtr engine, CountedLines& counted)
    : sparkContext_(inMode("continuous"), std::move(engine)),
      context_(sparkContext_, epoch),
      lines_(context_.socketTextStream("127.0.0.1", port)) {
  context_.checkpoint(scratch_.path());
  lines_.flatMap(stampedWords)
      .mapWithState(StateSpec::function(count).numPartitions(1))
      .foreach (Writer{&counted});
}

}  // namespace millrace::bench
