#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "rdd/hand_table.hpp"
#include "rdd/words.hpp"

#include <millrace/base/split.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/ops.hpp>

#include <functional>
#include <span>
#include <thread>

namespace millrace::bench {

namespace {

using Lines = RDD<std::string_view>;

/// Runs a count, checks it, and returns its speed in millions of words per second.
double speedOf(const std::function<WordCounts()>& count) {
  WordCounts counts;
  double seconds = secondsOf([&] { counts = count(); });
  Words::get().check(counts);
  return static_cast<double>(Words::get().count()) / seconds / 1e6;
}

std::function<double()> engineRun(int threads, std::vector<core::BlockPtr> blocks,
                                  std::function<WordCounts(const Lines&)> program) {
  return [=] {
    auto engine = pinnedEngine(threads);
    Lines lines(core::blockNode(engine, core::rddOperator("text"), blocks));
    return speedOf([&] { return program(lines); });
  };
}

std::function<double()> handRun(std::function<void(HandTable&, std::string_view text)> program) {
  return [=] {
    HandTable table;
    return speedOf([&] {
      program(table, Words::get().text());
      return table.counts();
    });
  };
}

WordCounts countViews(const Lines& lines) {
  return lines.flatMap([](std::string_view line) { return split(line, ' '); })
      .map([](std::string_view word) { return std::pair(word, std::int64_t{1}); })
      .reduceByKey(std::plus<>())
      .collect();
}

void countOnTwoCores(HandTable& table, std::string_view text) {
  std::size_t half = text.find('\n', text.size() / 2) + 1;
  HandTable second;
  pinToOtherCore();
  std::thread other([&] { second.addAll(text.substr(half)); });
  pinToWorkCore();
  table.addAll(text.substr(0, half));
  other.join();
  table.add(second);
}

/// What both string variants do by hand: `splitLine` gives the words of a line as strings, each becomes a record of its own,
/// and then they are counted. Line by line, because a key that is read right after its string was written stalls.
template <class SplitLine>
void countStrings(HandTable& table, std::string_view text, SplitLine splitLine) {
  std::string line;
  std::vector<std::pair<std::string, std::int64_t>> records;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    line.assign(text.substr(0, end));
    text.remove_prefix(end + 1);
    records.clear();
    for (const std::string& word : splitLine(line)) records.emplace_back(word, 1);
    for (const auto& [word, one] : records) table.add(word);
  }
}

std::vector<std::string> wordsOf(const std::string& line) {
  std::vector<std::string> words;
  for (std::string_view word : split(line, ' ')) words.emplace_back(word);
  return words;
}

}  // namespace

void wordcountMem(Session& session) {
  auto hand = [](HandTable& table, std::string_view text) { table.addAll(text); };
  auto one = Words::get().blocks(1), many = Words::get().blocks(16);
  std::vector<Variant> variants = {
      {"hand", handRun(hand)},
      {"hand, ahead", handRun([](HandTable& table, std::string_view text) { table.addAllAhead(text); })},
      {"engine 1", engineRun(1, one, countViews)},
      {"engine 16", engineRun(1, many, countViews)},
  };
  if (hasTwoCores()) {
    variants.push_back({"hand, two cores", handRun(countOnTwoCores)});
    variants.push_back({"engine 16, two cores", engineRun(2, many, countViews)});
  }
  Figures figures = session.measure(variants);
  session.report("wordcount_mem, 1 partition", "M words/s", figures, ratioAtLeast(0.65), "engine 1");
  session.report("wordcount_mem, 1 partition, beside a reference that prefetches", "M words/s", figures, {},
                 "engine 1", "hand, ahead");
  session.report("wordcount_mem, 16 partitions", "M words/s", figures, ratioAtLeast(0.65), "engine 16");
  if (!hasTwoCores()) return;
  session.report("wordcount_mem, 16 partitions, two cores", "M words/s", figures, {}, "engine 16, two cores",
                 "hand, two cores");
  session.report("wordcount_mem, two cores beside the engine on one", "M words/s", figures, ratioAtLeast(1.7),
                 "engine 16, two cores", "engine 16");
}

void wordcountStdString(Session& session) {
  auto program = [](const Lines& lines) {
    return lines.flatMap([](const std::string& line) { return split(line, ' '); })
        .map([](const std::string& word) { return std::pair(word, std::int64_t{1}); })
        .reduceByKey(std::plus<>())
        .collect();
  };
  auto hand = [](HandTable& table, std::string_view text) {
    std::vector<std::string> words(Words::kPerLine);
    countStrings(table, text, [&](const std::string& line) {
      std::size_t count = 0;
      for (std::string_view word : split(line, ' ')) words[count++].assign(word);
      return std::span(words).first(count);
    });
  };
  Figures figures = session.measure({
      {"hand", handRun(hand)},
      {"engine", engineRun(1, Words::get().blocks(1), program)},
  });
  session.report("wordcount_std_string", "M words/s", figures, ratioAtLeast(0.7));
}

void wordcountVector(Session& session) {
  auto program = [](const Lines& lines) {
    return lines.flatMap(wordsOf)
        .map([](const std::string& word) { return std::pair(word, std::int64_t{1}); })
        .reduceByKey(std::plus<>())
        .collect();
  };
  auto hand = [](HandTable& table, std::string_view text) { countStrings(table, text, wordsOf); };
  Figures figures = session.measure({
      {"hand", handRun(hand)},
      {"engine", engineRun(1, Words::get().blocks(1), program)},
  });
  session.report("wordcount_vector", "M words/s", figures, ratioAtLeast(0.8));
}

}  // namespace millrace::bench
