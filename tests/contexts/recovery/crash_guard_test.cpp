#include <millrace/contexts/recovery/crash_guard.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/lives.hpp"
#include "support/log_source.hpp"
#include "support/script.hpp"
#include "support/seen.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace millrace::core {
namespace {

using namespace test;

/// A program with a poison: the number 13 kills its process.
class CrashGuardTest : public testing::Test {
 protected:
  void beginAnew() {
    lives = Lives();
    source = std::make_shared<LogSource>(2);
    seen = Seen();
  }
  /// In which nothing is committed.
  void poisoned(StreamTest& running, FaultyFileSystem& files) {
    Lives::commitNothing(files);
    const DStream<int> numbers = running.context().inputStream(source);
    numbers.foreachRDD([&files](const RDD<int>& rdd) {
      const auto partitions = partitionsOf(rdd);
      if (std::ranges::any_of(partitions, [](const Ints& ints) { return std::ranges::count(ints, 13) > 0; }))
        files.failFrom(1);
    });
    seen.watch("sum",
               numbers.map([](int x) { return std::pair(0, x); })
                   .updateStateByKey([](std::span<const int> values, std::optional<int> sum) {
                     return std::optional(std::accumulate(values.begin(), values.end(), sum.value_or(0)));
                   }));
  }
  void die(const StreamOptions& options, std::int64_t now, const std::function<void(StreamTest&)>& life) {
    lives.die(
        options, now, [](StreamTest&) {},
        [&](StreamTest& running, FaultyFileSystem& files) {
          poisoned(running, files);
          life(running);
        });
  }
  /// Where the process has died while a start goes on, the file system fails, and so may the start.
  static std::string whatStartThrows(StreamTest& running) {
    try {
      running.start();
    } catch (const SparkException& error) {
      return error.what();
    }
    return {};
  }
  /// What the start of a run throws.
  std::string refusal(const StreamOptions& options, std::int64_t now) {
    std::string reason;
    die(options, now,
        [&](StreamTest& running) { reason = failureOf<SparkException>([&] { running.start(); }); });
    return reason;
  }
  /// Three runs die in batch 2000 ms.
  void dieThreeTimes(const StreamOptions& options) {
    die(options, 0, [&](StreamTest& running) {
      running.start();
      source->write({{1}, {2}});
      running.advance();
      source->write({{13, 4}, {}});
      running.advance();
    });
    for (int i = 0; i < 2; ++i) die(options, 2500, [&](StreamTest& running) { whatStartThrows(running); });
  }
  static StreamOptions with(StreamOptions options, std::string poison) {
    options.conf = {{"spark.streaming.recovery.poison", std::move(poison)}};
    return options;
  }

  Lives lives;
  std::shared_ptr<LogSource> source;
  Seen seen;
};

TEST_F(CrashGuardTest, RefusesToDieInABatchForTheFourthTime) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    dieThreeTimes(options);
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(
          refusal(options, 2500),
          "3 runs of the program have died in batch 2000 ms, which reads Log #0, part 0, offsets 1 to 3, "
          "part 1, offsets 1 to 1: find out why; then spark.streaming.recovery.poison=retry runs it once "
          "more, and =skip goes on without this input, which it writes to /checkpoint/quarantine");
  });
}

TEST_F(CrashGuardTest, SkipsWhatTheBatchReads) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    dieThreeTimes(options);
    seen = Seen();
    const auto life = [&](StreamTest& running) {
      running.start();
      source->write({{5}, {6}});
      running.advance(2);
    };
    die(with(options, "skip"), 2500, life);
    EXPECT_EQ(lives.disk().read("/checkpoint/quarantine/batch-2000"),
              "3 runs of the program have died in batch 2000 ms. Since then it runs without its input, which "
              "was:\n\n"
              "Log #0\npart 0, offsets 1 to 3\npart 1, offsets 1 to 1\n");
    EXPECT_EQ(seen.of("sum", 1000), "{ (0, 3) }");
    EXPECT_EQ(seen.of("sum", 2000), "{ (0, 3) }");
    EXPECT_EQ(seen.of("sum", 4000), "{ (0, 14) }");
    die(options, 4500, life);
    EXPECT_EQ(seen.runs("sum", 2000), 2) << "the batch stays without its input";
    EXPECT_EQ(seen.of("sum", 6000), "{ (0, 25) }");
  });
}

TEST_F(CrashGuardTest, TriesAgainWhenTold) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    dieThreeTimes(options);
    for (const StreamOptions& next : {with(options, "retry"), options, options}) {
      std::string reason;
      die(next, 2500, [&](StreamTest& running) { reason = whatStartThrows(running); });
      EXPECT_EQ(reason.find("have died"), std::string::npos) << reason;
    }
    EXPECT_NE(refusal(options, 2500).find("3 runs of the program have died in batch 2000 ms"),
              std::string::npos);
  });
}

TEST_F(CrashGuardTest, AStopIsNoDeath) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    source->write({{1}, {2}});
    for (int i = 0; i < 5; ++i)
      lives.stop(
          options, 0, [](StreamTest&) {},
          [&](StreamTest& running, FaultyFileSystem& files) {
            poisoned(running, files);
            running.start();
            running.advance();
          });
    EXPECT_EQ(seen.runs("sum", 1000), 5);
  });
}

TEST_F(CrashGuardTest, CountsTheEpochThatHadBegun) {
  StreamOptions options{.shape = {.threads = 2}, .mode = StreamingMode::kContinuous};
  beginAnew();
  for (int i = 0; i < 3; ++i) die(options, 100 * i, [&](StreamTest& running) { running.start(); });
  EXPECT_EQ(
      refusal(options, 500),
      "3 runs of the program have died in the epoch that ends at 1000 ms, before it had ended, so that it is "
      "not "
      "known what it reads: find out why; then spark.streaming.recovery.poison=retry runs it once more; in "
      "micro-batch mode its input is known before it runs, and =skip can leave it out");
  options.mode = StreamingMode::kMicroBatch;
  die(options, 500, [&](StreamTest& running) { EXPECT_NO_THROW(running.start()); });
}

}  // namespace
}  // namespace millrace::core
