#include <millrace/contexts/recovery/recovery.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/log_source.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"
#include "support/set_modified.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace test;
using Sums = std::vector<std::pair<int, int>>;

/// What a program makes of the numbers of a source.
using Program = std::function<DStream<std::pair<int, int>>(const DStream<int>&)>;

DStream<std::pair<int, int>> sumsByDigit(const DStream<int>& numbers) {
  return numbers.map([](int x) { return std::pair(x % 10, x); })
      .updateStateByKey([](std::span<const int> values, std::optional<int> sum) {
        return std::optional(std::accumulate(values.begin(), values.end(), sum.value_or(0)));
      })
      .name("sums");
}

/// What the run throws has this text in it.
Action failsWith(std::string text, Here where = Here::current()) {
  return {"failsWith", where, [text = std::move(text)](StreamTest& running) {
            const std::string failure = running.awaitFailure();
            EXPECT_NE(failure.find(text), std::string::npos) << failure;
          }};
}

class RecoveryTest : public testing::Test {
 protected:
  /// One run of the program, from `now` on, after which the process is gone.
  void run(StreamOptions options, std::int64_t now, const std::vector<Action>& script,
           const Program& program = sumsByDigit, std::map<std::string, std::string> conf = {}) {
    options.now = now;
    options.checkpoint = directory / test::nameOf(options.mode);
    options.conf = std::move(conf);
    StreamTest running(options);
    sums = running.collect(program(running.context().inputStream(source)));
    running.play(script);
  }
  Action expectSums(Sums expected, Here where = Here::current()) {
    return {"expectSums", where, [this, expected = std::move(expected), where](StreamTest& running) {
              expectAnyOrder(sums, expected, where).run(running);
            }};
  }
  std::string refusal(StreamOptions options, std::int64_t now, const Program& program) {
    return failureOf<IllegalArgument>([&] {
      options.now = now;
      options.checkpoint = directory / test::nameOf(options.mode);
      StreamTest running(options);
      sums = running.collect(program(running.context().inputStream(source)));
      running.start();
    });
  }

  ScratchDirectory directory;
  std::shared_ptr<LogSource> source = std::make_shared<LogSource>(2);
  Outputs<std::pair<int, int>> sums;
};

TEST_F(RecoveryTest, StatesAndSourcesGoOnBehindTheLastBatch) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    run(options, 0,
        {start(), write(source, {{1, 2}, {11}}), closeBatch(), expectSums({{1, 12}, {2, 2}}),
         write(source, {{21}, {}}), closeBatch(), expectSums({{1, 33}, {2, 2}}), stop()});
    source->write({{2}, {3}});
    run(options, 2500,
        {start(), closeBatch(), expectSums({{1, 33}, {2, 4}, {3, 3}}), write(source, {{1}, {}}), closeBatch(),
         expectSums({{1, 34}, {2, 4}, {3, 3}}), stop()});
    run(options, 4000, {start(), closeBatch(), expectSums({{1, 34}, {2, 4}, {3, 3}}), stop()});
  });
}

/// The lines of a file stream in one run, from `now` on, which has so many batches; a file comes before each.
std::vector<std::string> linesOf(StreamOptions options, const ScratchDirectory& scratch, std::int64_t now,
                                 const std::vector<std::string>& files) {
  options.now = now;
  options.checkpoint = scratch / "checkpoint";
  StreamTest running(options);
  auto batches = running.collect(running.context().textFileStream(scratch / "in"));
  running.start();
  running.moveTo(now);  // no batch is made up for while a file is being written
  for (const std::string& file : files) {
    std::ofstream(scratch / "in/" + file) << file << '\n';
    setModified(scratch / "in/" + file, running.clock().now() + 1);
    running.advance();
  }
  running.stop();
  std::vector<std::string> lines;
  for (const auto& batch : batches.records()) lines.insert(lines.end(), batch.begin(), batch.end());
  return lines;
}

TEST_F(RecoveryTest, NoFileIsReadTwiceAndNoneIsMissed) {
  using FileLines = std::vector<std::string>;
  for (const char* detectMoved : {"false", "true"}) {
    SCOPED_TRACE(detectMoved);
    inBothModes([&](StreamOptions options) {
      const ScratchDirectory scratch;
      options.conf = {{"spark.streaming.fileStream.detectMoved", detectMoved}};
      LocalFileSystem().createDirectories(scratch / "in");
      EXPECT_EQ(linesOf(options, scratch, 1'000'000, {"a", "b"}), (FileLines{"a", "b"}));
      std::ofstream(scratch / "in/b2") << "b2\n";
      setModified(scratch / "in/b2", 1'003'000);
      EXPECT_EQ(linesOf(options, scratch, 1'200'000, {"c"}), (FileLines{"b2", "c"}));
      EXPECT_EQ(linesOf(options, scratch, 1'202'000, {"d"}), (FileLines{"d"}));
    });
  }
}

TEST_F(RecoveryTest, AModeGoesOnWhereTheOtherOneHasCome) {
  StreamOptions options{.shape = {.partitions = 2, .threads = 2}};
  std::vector<StreamingMode> modes{StreamingMode::kMicroBatch, StreamingMode::kContinuous,
                                   StreamingMode::kMicroBatch};
  for (int i = 0; i < 3; ++i) {
    options.mode = modes[static_cast<std::size_t>(i)];
    options.checkpoint = directory / "both";
    options.now = 1000 * i;
    StreamTest running(options);
    sums = running.collect(sumsByDigit(running.context().inputStream(source)));
    running.play({start(), write(source, {{1}, {1}}), closeBatch(), expectSums({{1, 2 * i + 2}}), stop()});
  }
}

TEST_F(RecoveryTest, ABatchThatFailedRunsAgain) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    bool fails = true;
    const Program program = [&](const DStream<int>& numbers) {
      numbers.foreachRDD([&fails](const RDD<int>&, Time time) {
        if (fails && time == Time(2000)) throw std::runtime_error("the database is gone");
      });
      return sumsByDigit(numbers);
    };
    run(options, 0,
        {start(), write(source, {{1}, {}}), closeBatch(), expectSums({{1, 1}}), write(source, {{2}, {}}),
         closeBatch(), expectSums({{1, 1}, {2, 2}}), write(source, {{3}, {}}), closeBatch(),
         expectSums({{1, 1}, {2, 2}, {3, 3}}), failsWith("the database is gone"), stop()},
        program);
    fails = false;
    run(options, 3500,
        {start(), closeBatch(), expectSums({{1, 1}, {2, 2}}), expectSums({{1, 1}, {2, 2}, {3, 3}}),
         expectSums({{1, 1}, {2, 2}, {3, 3}}), stop()},
        program);
  });
}

TEST_F(RecoveryTest, ARunEndsWhenTooManyBatchesWaitForOneThatFailed) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    const Program program = [](const DStream<int>& numbers) {
      numbers.foreachRDD([](const RDD<int>&, Time time) {
        if (time == Time(1000)) throw std::runtime_error("the database is gone");
      });
      return sumsByDigit(numbers);
    };
    run(options, 0,
        {start(), closeBatch(4),
         failsWith("batch 1000 ms failed, and 3 later ones cannot be committed: a later run begins with the "
                   "one that failed"),
         stop()},
        program, {{"spark.streaming.recovery.maxUncommitted", "3"}});
  });
}

TEST_F(RecoveryTest, RefusesACheckpointOfAnotherProgram) {
  inBothModes([&](StreamOptions options) {
    run(options, 0, {start(), closeBatch(), stop()});
    const Program other = [](const DStream<int>& numbers) {
      return numbers.map([](int x) { return std::pair(x, x); })
          .updateStateByKey([](std::span<const int>, std::optional<long> sum) { return sum; })
          .name("sums")
          .mapValues([](long sum) { return static_cast<int>(sum); });
    };
    options.batch = Seconds(2);
    const std::string reason = refusal(options, 1500, other);
    EXPECT_NE(reason.find("keeps int to long, its checkpoint has int to int"), std::string::npos) << reason;
    EXPECT_NE(reason.find("its batch interval is 2000 ms, the checkpoint has 1000 ms"), std::string::npos)
        << reason;
    EXPECT_NE(reason.find("spark.streaming.recovery.startAfresh=true"), std::string::npos) << reason;
    run(options, 1500, {start(), closeBatch(), stop()}, other,
        {{"spark.streaming.recovery.startAfresh", "true"}});
    EXPECT_TRUE(LocalFileSystem().exists(directory / test::nameOf(options.mode) + "/streaming.old"));
  });
}

TEST_F(RecoveryTest, DropsAStateOnlyWhenTold) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    run(options, 0, {start(), write(source, {{1}, {}}), closeBatch(), stop()});
    const Program renamed = [](const DStream<int>& numbers) { return sumsByDigit(numbers).name("totals"); };
    const std::string reason = refusal(options, 1500, renamed);
    EXPECT_NE(
        reason.find(
            "the checkpoint has states with which no operator of the program goes on: updateStateByKey"),
        std::string::npos)
        << reason;
    run(options, 1500, {start(), write(source, {{2}, {}}), closeBatch(), expectSums({{2, 2}}), stop()},
        renamed, {{"spark.streaming.recovery.dropUnknownState", "true"}});
  });
}

/// Forgets a digit with the first negative number.
DStream<std::pair<int, int>> sumsUntilNegative(const DStream<int>& numbers) {
  return numbers.map([](int x) { return std::pair(std::abs(x) % 10, x); })
      .updateStateByKey([](std::span<const int> values, std::optional<int> sum) {
        for (int value : values) {
          if (value < 0) return std::optional<int>();
          sum = sum.value_or(0) + value;
        }
        return sum;
      });
}

TEST_F(RecoveryTest, AStateOfWhichNothingIsLeftDoesNotComeBack) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    run(options, 0, {start(), write(source, {{1}, {}}), closeBatch(), expectSums({{1, 1}}), stop()},
        sumsUntilNegative);
    run(options, 1500, {start(), write(source, {{-1}, {}}), closeBatch(), expectSums({}), stop()},
        sumsUntilNegative);
    run(options, 2500, {start(), write(source, {{2}, {}}), closeBatch(), expectSums({{2, 2}}), stop()},
        sumsUntilNegative);
  });
}

TEST_F(RecoveryTest, ASourceMayHaveMorePartitionsThanItHadButNotFewer) {
  inBothModes([&](const StreamOptions& options) {
    source = std::make_shared<LogSource>(2);
    run(options, 0, {start(), write(source, {{1}, {2}}), closeBatch(), stop()});
    source = std::make_shared<LogSource>(3);
    source->write({{1, 1}, {2}, {3}});
    run(options, 1500, {start(), closeBatch(), expectSums({{1, 2}, {2, 2}, {3, 3}}), stop()});
    source = std::make_shared<LogSource>(1);
    EXPECT_EQ(
        refusal(options, 2500, sumsByDigit),
        "Log [0] has 1 partitions, but had 3 when the checkpoint was written: those left out would be lost");
  });
}

TEST_F(RecoveryTest, RefusesAQueueOfRdds) {
  StreamTest running({.checkpoint = directory / "queue"});
  running.context().queueStream(RDDQueue<int>()).foreachRDD([](const RDD<int>&) {});
  EXPECT_NE(
      failureOf<Unsupported>([&] { running.start(); }).find("Queue stream [0] does not go with a checkpoint"),
      std::string::npos);
}

TEST_F(RecoveryTest, SaysWhichSettingsDiffer) {
  run({}, 0, {start(), closeBatch(), stop()}, sumsByDigit, {{"spark.streaming.blockInterval", "100ms"}});
  run({}, 1500,
      {start(),
       closeBatch(),
       {"log", Here::current(),
        [](StreamTest& running) {
          EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
            return line.find("key=spark.streaming.blockInterval before=100ms now=150ms") != std::string::npos;
          }));
        }},
       stop()},
      sumsByDigit, {{"spark.streaming.blockInterval", "150ms"}});
}

TEST_F(RecoveryTest, IsTheOnlyOneOnItsDirectory) {
  inBothModes([&](StreamOptions options) {
    LocalFileSystem files;
    StateStore other(files, directory / test::nameOf(options.mode) + "/streaming");
    options.checkpoint = directory / test::nameOf(options.mode);
    StreamTest running(options);
    sums = running.collect(sumsByDigit(running.context().inputStream(source)));
    const std::string reason = failureOf<SparkException>([&] { running.start(); });
    EXPECT_NE(reason.find("process " + std::to_string(getpid())), std::string::npos) << reason;
  });
}

TEST_F(RecoveryTest, AProgramThatDoesNotGoOnLeavesTheOldCheckpointAside) {
  run({}, 0, {start(), closeBatch(), stop()});
  StreamingContext context(SparkContext(SparkConf()), Seconds(1), std::make_shared<ManualClock>(1500));
  context.checkpoint(directory / test::nameOf(StreamingMode::kMicroBatch));
  context.inputStream(source).foreachRDD([](const RDD<int>&) {});
  context.start();
  EXPECT_EQ(context.graph()->zeroTime(), Time(1000));
  context.stop();
  EXPECT_TRUE(
      LocalFileSystem().exists(directory / test::nameOf(StreamingMode::kMicroBatch) + "/streaming.old"));
}

TEST_F(RecoveryTest, GetOrCreateWantsTheDirectoryOfTheContext) {
  EXPECT_EQ(failureOf<IllegalArgument>([&] {
              StreamingContext::getOrCreate(directory / "a", [&] {
                StreamingContext context(SparkConf(), Seconds(1));
                context.checkpoint(directory / "b");
                return context;
              });
            }),
            "getOrCreate() with " + directory / "a" + " of a context whose checkpoints go to " +
                directory / "b" + ": call checkpoint() with the same directory where the context is made");
}

}  // namespace
}  // namespace millrace::core
