#include "spark_parity/from_json.hpp"

#include <millrace/base/error.hpp>
#include <millrace/base/parse.hpp>
#include <support/captured_log.hpp>
#include <support/failures.hpp>
#include <support/scratch_directory.hpp>
#include <support/seed.hpp>
#include <support/set_modified.hpp>
#include <support/streams.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Spark runs the last batch before a stop again, since it may not know that it was complete; here it is not repeated. So what is
// compared is each batch's output: that none is missing, and that those which come again are equal.
namespace millrace::parity {
namespace {

using WordCount = std::pair<std::string, int>;
using WordCounts = std::vector<WordCount>;

class SparkRecovery : public testing::TestWithParam<StreamingMode> {
 protected:
  test::StreamOptions options(Duration batch, std::int64_t now) const {
    return {.shape = {.partitions = 2, .threads = 2},
            .mode = GetParam(),
            .batch = batch,
            .now = now,
            .conf = {},
            .checkpoint = scratch / "checkpoint"};
  }

  /// The outputs of a row's program, batch by batch, which stops behind `before` batches and goes on.
  template <class In, class Out>
  std::vector<std::vector<Out>> outputsOf(
      const std::string& id, int before,
      const std::function<DStream<Out>(const DStream<In>&)>& program) const {
    const auto in = fromJson<std::vector<std::vector<owned_t<In>>>>(test::vector(id).at("in"));
    const int all = static_cast<int>(test::vector(id).at("out").as_array().size());
    std::map<std::int64_t, std::vector<Out>> byTime;
    for (const auto& [from, until] : {std::pair(0, before), std::pair(before, all)}) {
      test::StreamTest running(options(Milliseconds(500), 500 * from));
      auto outputs = running.collect(program(running.source<In>(test::batches(in))));
      running.run(until - from);
      for (const auto& output : outputs.all()) {
        auto records = output.records();
        std::ranges::sort(records);
        const auto [known, isNew] = byTime.try_emplace(output.time, records);
        EXPECT_EQ(known->second, records) << "batch " << output.time << " comes again";
      }
    }
    std::vector<std::vector<Out>> outputs;
    for (const auto& [time, records] : byTime) outputs.push_back(records);
    return outputs;
  }
  template <class Out>
  static std::vector<std::vector<Out>> expected(const std::string& id) {
    auto out = fromJson<std::vector<std::vector<Out>>>(test::vector(id).at("out"));
    for (auto& batch : out) std::ranges::sort(batch);
    return out;
  }
  static int before(const std::string& id) {
    return static_cast<int>(test::vector(id).at("before").as_int64());
  }

  test::ScratchDirectory scratch;
  const test::CapturedLog log;
};

INSTANTIATE_TEST_SUITE_P(Modes, SparkRecovery, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

DStream<WordCount> onesOf(const DStream<std::string>& words) {
  return words.map([](const std::string& word) { return std::pair(word, 1); });
}

std::optional<int> runningSum(std::span<const int> values, std::optional<int> before) {
  return std::accumulate(values.begin(), values.end(), before.value_or(0));
}

TEST_P(SparkRecovery, C10_MapWithStateGoesOn) {
  const auto counts = outputsOf<std::string, WordCount>("C10", 3, [](const DStream<std::string>& words) {
    auto count = [](const std::string& word, std::optional<int> one, State<int>& state) {
      state.update(state.getOption().value_or(0) + one.value_or(0));
      return std::pair(word, state.get());
    };
    return onesOf(words).mapWithState(StateSpec::function(count)).stateSnapshots();
  });
  EXPECT_EQ(counts, expected<WordCount>("C10"));
}

TEST_P(SparkRecovery, D01_ADirectoryWithoutACheckpointBeginsAnew) {
  const auto sizes = outputsOf<std::string, int>("D14", 3, [](const DStream<std::string>& words) {
    return words.map([](const std::string& word) { return static_cast<int>(word.size()); });
  });
  EXPECT_EQ(sizes.size(), 3U);
}

TEST_P(SparkRecovery, D03_ReduceByKeyGoesOn) {
  const auto counts = outputsOf<std::string, WordCount>(
      "D03", before("D03"),
      [](const DStream<std::string>& words) { return onesOf(words).reduceByKey(std::plus<>()); });
  EXPECT_EQ(counts, expected<WordCount>("D03"));
}

TEST_P(SparkRecovery, D06_UpdateStateByKeyGoesOn) {
  const auto counts =
      outputsOf<std::string, WordCount>("D06", before("D06"), [](const DStream<std::string>& words) {
        auto states = onesOf(words).updateStateByKey(runningSum);
        states.checkpoint(Milliseconds(1000));
        return states;
      });
  EXPECT_EQ(counts, expected<WordCount>("D06"));
}

TEST_P(SparkRecovery, D12_StatesOfStatesGoOnTogether) {
  std::vector<WordCounts> all;
  for (int run = 0; run < 2; ++run) {
    test::StreamTest running(options(Milliseconds(500), 1000 * run));
    const auto input =
        running.source<std::string>(test::batches(std::vector<std::vector<std::string>>(4, {"a"})));
    auto outputs = running.collect(onesOf(input).updateStateByKey(runningSum).updateStateByKey(runningSum));
    running.run(2);
    for (auto& records : outputs.records()) all.push_back(std::move(records));
  }
  EXPECT_EQ(all, (std::vector<WordCounts>{{{"a", 1}}, {{"a", 3}}, {{"a", 6}}, {{"a", 10}}}));
}

TEST_P(SparkRecovery, D13_TheSettingsOfTheNewRunCountAndDifferencesAreSaid) {
  for (const char* value : {"first", "second"}) {
    auto given = options(Milliseconds(500), value == std::string("first") ? 0 : 500);
    given.conf = {{"spark.app.name", value}};
    test::StreamTest running(given);
    running.source<int>({}).foreachRDD([](const RDD<int>&) {});
    running.run(1);
    EXPECT_EQ(running.context().sparkContext().getConf().get("spark.app.name"), value);
    EXPECT_EQ(std::ranges::any_of(running.log().lines(),
                                  [](const std::string& line) {
                                    return line.find("key=spark.app.name before=first now=second") !=
                                           line.npos;
                                  }),
              value == std::string("second"));
  }
}

TEST_P(SparkRecovery, D14_WordLengthsGoOn) {
  const auto sizes = outputsOf<std::string, int>("D14", before("D14"), [](const DStream<std::string>& words) {
    return words.map([](const std::string& word) { return static_cast<int>(word.size()); });
  });
  EXPECT_EQ(sizes, expected<int>("D14"));
}

TEST_P(SparkRecovery, F21_AQueueIsRefused) {
  test::StreamTest running(options(Seconds(1), 0));
  running.context().queueStream(RDDQueue<int>()).foreachRDD([](const RDD<int>&) {});
  EXPECT_NE(test::failureOf<Unsupported>([&] { running.start(); }).find("does not go with a checkpoint"),
            std::string::npos);
}

/// Runs of a program that sums the numbers in files, one of which is written per batch.
class SparkFileRecovery : public SparkRecovery {
 protected:
  /// Writes the next file, as of the time of the clock.
  void write(std::int64_t time, const std::string& text) {
    test::setModified(scratch.write("in/" + std::to_string(++files_), text + "\n"), time);
  }

 private:
  int files_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Modes, SparkFileRecovery, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

TEST_P(SparkFileRecovery, D08_FilesThatCameMeanwhileAreInBatchesOfTheirTimes) {
  LocalFileSystem().createDirectories(scratch / "in");
  std::set<int> sums;
  const std::int64_t begin = 100'000;
  for (const int run : {0, 1}) {
    const std::int64_t now = begin + run * 12'000;
    test::StreamTest running(options(Seconds(2), now));
    auto outputs = running.collect(running.context()
                                       .textFileStream(scratch / "in")
                                       .map([](std::string_view line) { return toInt(line); })
                                       .reduceByWindow(std::plus<>(), Seconds(60), Seconds(2)));
    running.start();
    for (int i = 1; i <= 3; ++i) {
      write(running.clock().now() + 1000, std::to_string(6 * run + i));
      running.advance();
    }
    running.stop();
    for (const auto& records : outputs.records()) sums.insert(records.begin(), records.end());
    for (int i = 4; run == 0 && i <= 6; ++i) write(begin + 2000 * i - 1000, std::to_string(i));
  }
  const auto expected =
      fromJson<std::vector<int>>(test::vector("D08").at("expect").at("set of all outputs of both runs"));
  EXPECT_EQ(sums, std::set<int>(expected.begin(), expected.end()));
}

/// Thirty batches with a file each, of which random ones are the last of their run.
TEST_P(SparkFileRecovery, D15_D16_AProgramThatIsKilledAgainAndAgainGivesAll) {
  LocalFileSystem().createDirectories(scratch / "in");
  const test::Seed seed;
  std::mt19937_64 random{seed};
  std::set<std::string> lines;
  std::set<int> sums;
  const std::int64_t begin = 100'000;
  for (int file = 0; file < 30;) {
    test::StreamTest running(options(Seconds(1), begin + 1000 * file));
    const auto in = running.context().textFileStream(scratch / "in");
    auto texts = running.collect(in.map([](std::string_view line) { return std::string(line); }));
    auto totals = running.collect(in.map([](std::string_view line) {
                                      return std::pair(std::string("a"), toInt(line));
                                    }).updateStateByKey(runningSum));
    running.start();
    for (const int last = std::min<int>(30, file + 2 + static_cast<int>(random() % 5)); file < last;) {
      ++file;
      write(running.clock().now() + 500, std::to_string(file));
      running.clock().advance(1000);
      if (file < last || file == 30) running.moveTo(running.clock().now());
    }
    running.stop();
    for (const auto& batch : texts.records()) lines.insert(batch.begin(), batch.end());
    for (const auto& batch : totals.records())
      for (const auto& [word, total] : batch) sums.insert(total);
  }
  std::set<int> triangular;
  for (int i = 1; i <= 30; ++i) triangular.insert(i * (i + 1) / 2);
  EXPECT_EQ(lines.size(), 30U);
  EXPECT_TRUE(std::ranges::includes(triangular, sums)) << testing::PrintToString(sums);
  EXPECT_EQ(*sums.rbegin(), test::vector("D16").at("expect").at("last output").at(1).as_int64());
}

}  // namespace
}  // namespace millrace::parity
