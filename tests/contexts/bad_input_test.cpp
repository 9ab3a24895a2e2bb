#include <millrace/base/file_system.hpp>
#include <millrace/contexts/streaming_context.hpp>

#include "contexts/child_process.hpp"
#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;
using test::SmallProgram;
using Events = std::vector<std::string>;

class BadInputTest : public testing::Test {
 protected:
  /// What awaitTermination throws for it.
  static std::string failureOfBatch(SmallProgram& program) {
    return failureOf<BatchFailure>([&] { program.ssc.awaitTerminationOrTimeout(30'000); });
  }
  /// The failure of a program that reads 1, 2, 3, 4 in two partitions in its first batch.
  static std::string failureIn(const std::function<void(const DStream<int>&)>& build) {
    SmallProgram program;
    build(program.numbers);
    program.push({1, 2, 3, 4});
    program.ssc.start();
    program.nextBatch();
    return failureOfBatch(program);
  }

  test::ObservedLog log;
};

TEST_F(BadInputTest, ABatchIntervalIsPositive) {
  SparkConf conf = SmallProgram::configured({});
  EXPECT_EQ(failureOf<IllegalArgument>([&] { StreamingContext(conf, Seconds(0)); }),
            "a batch interval of 0 ms: give a positive one, for example Seconds(1)");
  EXPECT_EQ(failureOf<IllegalArgument>([&] { StreamingContext(conf, Milliseconds(-20)); }),
            "a batch interval of -20 ms: give a positive one, for example Seconds(1)");
}

TEST_F(BadInputTest, WindowsAndSlidesAreMultiplesOfTheBatchInterval) {
  SmallProgram program;
  auto plus = [](int a, int b) { return a + b; };
  auto minus = [](int a, int b) { return a - b; };
  auto pairs = program.numbers.map([](int x) { return std::pair(x, x); });
  auto expectRefused = [&](const std::string& what, const std::string& length, auto build) {
    auto text = failureOf<IllegalArgument>(build);
    EXPECT_NE(text.find(what), std::string::npos) << text;
    EXPECT_NE(text.find(length), std::string::npos) << text;
    EXPECT_NE(text.find("1000 ms"), std::string::npos) << "what it has to be a multiple of: " << text;
  };
  for (auto [bad, shown] : {std::pair(Milliseconds(1500), "1500 ms"), std::pair(Milliseconds(10), "10 ms"),
                            std::pair(Seconds(0), "0 ms"), std::pair(Seconds(-1), "-1000 ms")}) {
    expectRefused("length of window", shown, [&, b = bad] { program.numbers.window(b); });
    expectRefused("slide of window", shown, [&, b = bad] { program.numbers.window(Seconds(2), b); });
    expectRefused("the length of", shown, [&, b = bad] { pairs.reduceByKeyAndWindow(plus, b); });
    expectRefused("slide of reduceByKeyAndWindow", shown,
                  [&, b = bad] { pairs.reduceByKeyAndWindow(plus, minus, Seconds(2), b); });
  }
  program.noteBatches();
  program.ssc.start();
  program.nextBatch();
  EXPECT_EQ(program.done.await(1), Events{"1000: {}"}) << "the program can be put right and started";
}

TEST_F(BadInputTest, AnIncrementalWindowNeedsACheckpointDirectory) {
  SmallProgram program;
  auto plus = [](int a, int b) { return a + b; };
  program.numbers.map([](int x) { return std::pair(x, x); })
      .reduceByKeyAndWindow(plus, plus, Seconds(2))
      .foreachRDD([](const auto&) {});
  EXPECT_NE(failureOf<IllegalArgument>([&] { program.ssc.start(); }).find("call checkpoint(directory)"),
            std::string::npos);
}

TEST_F(BadInputTest, WhatAUserFunctionThrowsNamesBatchOutputOperatorAndPartition) {
  auto bad = [](int x) {
    if (x == 3) throw std::runtime_error("three is too much");
    return x;
  };
  auto count = [](const auto& rdd) { rdd.count(); };
  EXPECT_EQ(failureIn([&](auto& numbers) { numbers.map(bad).name("check").foreachRDD(count); }),
            "batch 1000 ms, foreachRDD #2: map #1 \"check\" failed in partition 1: three is too much");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers.filter([bad](int x) { return bad(x) > 0; }).saveAsTextFiles("/nowhere/to/go");
            }),
            "batch 1000 ms, saveAsTextFiles #2: filter #1 failed in partition 1: three is too much");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers.flatMap([bad](int x) { return std::vector<int>(1, bad(x)); }).print();
            }),
            "batch 1000 ms, print #2: flatMap #1 failed in partition 1: three is too much");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers
                  .mapPartitions([bad](auto& records) {
                    std::vector<int> out;
                    for (int x : records) out.push_back(bad(x));
                    return out;
                  })
                  .foreachRDD(count);
            }),
            "batch 1000 ms, foreachRDD #2: mapPartitions #1 failed in partition 1: three is too much");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers.map([](int x) { return std::pair(x / 3, x); })
                  .reduceByKey([bad](int a, int b) { return bad(a) + b; })
                  .foreachRDD(count);
            }),
            "batch 1000 ms, foreachRDD #3: reduceByKey #2 failed in partition 1: three is too much");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers.foreachRDD([](const RDD<int>&) { throw std::runtime_error("not today"); });
            }),
            "batch 1000 ms, foreachRDD #1: not today");
  EXPECT_EQ(failureIn([&](auto& numbers) {
              numbers.foreachRDD([bad](const RDD<int>& rdd) { rdd.foreach ([bad](int x) { bad(x); }); });
            }),
            "batch 1000 ms, foreachRDD #1: foreach failed in partition 1: three is too much");
}

TEST_F(BadInputTest, AnExceptionOfAnyTypeArrives) {
  struct Odd {};
  auto throwing = [](auto what) {
    return [what](const DStream<int>& numbers) {
      numbers.map([what](int x) { return x == 1 ? throw what : x; }).foreachRDD([](const RDD<int>& rdd) {
        rdd.count();
      });
    };
  };
  const std::string place = "batch 1000 ms, foreachRDD #2: map #1 failed in partition 0: ";
  EXPECT_EQ(failureIn(throwing(std::string("a text"))), place + "a text");
  EXPECT_EQ(failureIn(throwing("a literal")), place + "a literal");
  EXPECT_EQ(failureIn(throwing(42)), place + "an exception of type int");
  EXPECT_NE(failureIn(throwing(Odd())).find(place + "an exception of type millrace::"), std::string::npos);
  EXPECT_EQ(failureIn(throwing(BadRecord("no number"))), place + "no number");
}

TEST_F(BadInputTest, AFailureStopsNeitherOtherOutputsNorLaterBatches) {
  SmallProgram program;
  program.numbers.map([](int x) { return x / (x > 0 ? 1 : throw 42); }).foreachRDD([](const RDD<int>& rdd) {
    rdd.count();
  });
  program.noteBatches();
  program.push({0});
  program.push({1});
  program.ssc.start();
  program.nextBatch();
  program.nextBatch();
  EXPECT_EQ(program.done.await(2), (Events{"1000: { 0 }", "2000: { 1 }"}));
  EXPECT_EQ(program.ssc.getState(), StreamingContextState::ACTIVE);
  EXPECT_NE(failureOfBatch(program).find("batch 1000 ms"), std::string::npos);
}

TEST_F(BadInputTest, AFullDiskFailsTheBatchThatMeetsItAndNoOther) {
  test::ScratchDirectory scratch;
  LocalFileSystem local;
  auto files = std::make_shared<test::FaultyFileSystem>(local);
  auto engine = std::make_shared<core::Engine>(core::inlineJobRunner(), 2, files);
  SmallProgram program(SparkContext(SmallProgram::configured({}), engine));
  program.numbers.saveAsTextFiles(scratch / "out");
  program.noteBatches();
  program.push({1, 2, 3, 4});
  program.push({5, 6});
  files->fullAfter(5);
  program.ssc.start();
  program.nextBatch();
  program.done.await(1);
  auto failure = failureOfBatch(program);
  EXPECT_NE(failure.find("batch 1000 ms, saveAsTextFiles #1: "), std::string::npos) << failure;
  EXPECT_NE(failure.find("cannot write " + scratch / ".out-1000."), std::string::npos) << failure;
  EXPECT_NE(failure.find("part-00001: No space left on device"), std::string::npos) << failure;
  EXPECT_FALSE(local.exists(scratch / "out-1000/_SUCCESS"));
  files->fullAfter(1'000'000);
  program.nextBatch();
  EXPECT_EQ(program.done.await(2), (Events{"1000: { 1, 2, 3, 4 }", "2000: { 5, 6 }"}));
  EXPECT_EQ(scratch.list("out-2000"), (Events{"_SUCCESS", "part-00000", "part-00001"}));
  EXPECT_EQ(scratch.read("out-2000/part-00001"), "6\n");
}

/// The exit code and the one thing said by a program that uses fromCommandLine.
std::pair<int, std::string> run(const std::vector<std::string>& arguments) {
  test::ChildProcess program(MILLRACE_SIGNAL_PROGRAM, arguments);
  int code = program.end();
  return {code, program.said()};
}

TEST(CommandLineOfAProgram, EndsItWithOneSentenceAfterAMistake) {
  for (auto [arguments, sentence] : {
           std::pair(std::vector<std::string>{"--mastr", "local", "receive"}, "did you mean --master?"),
           std::pair(std::vector<std::string>{"--conf", "spark.streaming.blokInterval=1s"},
                     "did you mean spark.streaming.blockInterval?"),
           std::pair(std::vector<std::string>{"--conf", "spark.streaming.blockInterval=soon"}, "soon"),
           std::pair(std::vector<std::string>{"--conf", "nonsense"}, "KEY=VALUE"),
           std::pair(std::vector<std::string>{"--properties-file", "/no/such/file"}, "/no/such/file"),
       }) {
    auto [code, said] = run(arguments);
    EXPECT_EQ(code, 2) << said;
    EXPECT_NE(said.find(sentence), std::string::npos) << said;
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  }
}

TEST(CommandLineOfAProgram, HelpEndsItWell) {
  auto [code, said] = run({"--help", "receive"});
  EXPECT_EQ(code, 0);
  EXPECT_NE(said.find("--properties-file"), std::string::npos);
}

}  // namespace
}  // namespace millrace
