#include <millrace/contexts/signal_watch.hpp>

#include "contexts/child_process.hpp"
#include "contexts/observed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace millrace {
namespace {

using core::SignalWatch;
using test::ChildProcess;
using Arguments = std::vector<std::string>;

ChildProcess run(const Arguments& arguments) { return ChildProcess(MILLRACE_SIGNAL_PROGRAM, arguments); }

class SignalTest : public testing::TestWithParam<int> {};

TEST_P(SignalTest, EndsGracefullyWithAllThatWasReceivedProcessed) {
  ChildProcess program = run({"receive"});
  program.write("one\ntwo\nlast\n");
  program.awaitText("received");
  program.send(GetParam());
  EXPECT_EQ(program.end(), 0);
  EXPECT_TRUE(program.hasSaid("processed one\nprocessed two\nprocessed last\n")) << program.said();
  EXPECT_TRUE(program.hasSaid("ended\n")) << program.said();
}

TEST_P(SignalTest, EndsAContinuousRunGracefully) {
  ChildProcess program = run({"--mode", "continuous", "receive"});
  program.write("one\ntwo\nlast\n");
  program.awaitText("received");
  program.send(GetParam());
  EXPECT_EQ(program.end(), 0);
  EXPECT_TRUE(program.hasSaid("processed one\nprocessed two\nprocessed last\n")) << program.said();
  EXPECT_TRUE(program.hasSaid("ended\n")) << program.said();
}

TEST_P(SignalTest, EndsAtOnceWhereThatIsConfigured) {
  ChildProcess program = run({"--conf", "spark.streaming.stopGracefullyOnShutdown=false", "receive"});
  program.write("one\nlast\n");
  program.awaitText("received");
  program.send(GetParam());
  EXPECT_EQ(program.end(), 0);
  EXPECT_FALSE(program.hasSaid("processed")) << program.said();
  EXPECT_TRUE(program.hasSaid("ended\n")) << program.said();
}

TEST_P(SignalTest, AStuckFunctionIsNamedAndTheExitCodeIsOne) {
  ChildProcess program = run({"--conf", "spark.streaming.gracefulStopTimeout=500ms", "stuck"});
  program.awaitText("stuck");
  program.send(GetParam());
  EXPECT_EQ(program.end(), 1);
  EXPECT_TRUE(
      program.hasSaid("the StreamingContext stopped before its work had ended waitedMs=500 for=\"batch "))
      << program.said();
  EXPECT_TRUE(program.hasSaid("foreachRDD #1\"")) << program.said();
}

TEST_P(SignalTest, ASecondOneEndsAtOnce) {
  ChildProcess program = run({"--conf", "spark.streaming.gracefulStopTimeout=1h", "stuck"});
  program.awaitText("stuck");
  program.send(GetParam());
  program.awaitText("stopping gracefully; a second signal ends at once");
  program.send(GetParam());
  EXPECT_EQ(program.end(), -GetParam());
}

TEST_P(SignalTest, OutsideOfAwaitTerminationItDoesWhatItAlwaysDoes) {
  ChildProcess program = run({"outside"});
  program.awaitText("outside");
  program.send(GetParam());
  EXPECT_EQ(program.end(), -GetParam());
}

INSTANTIATE_TEST_SUITE_P(Signal, SignalTest, testing::Values(SIGINT, SIGTERM),
                         [](const auto& which) { return which.param == SIGINT ? "Interrupt" : "Terminate"; });

/// A program that receives, in both modes, when SIGTERM comes.
class SignalUnderLoadTest : public testing::TestWithParam<const char*> {
 protected:
  static ChildProcess runUnderLoad(const std::string& way) {
    return run({"--mode", GetParam(), "--conf", "spark.streaming.blockInterval=5ms", "--conf",
                "spark.streaming.gracefulStopTimeout=30s", way});
  }
  static std::string lines(int from, int until) {
    std::string text;
    for (int i = from; i < until; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
  }
  /// Stops a program whose first batch is slow, while lines wait behind it; then lets go of the batch.
  static void stopWithLinesWaiting(ChildProcess& program) {
    program.write(lines(0, 1));
    program.awaitText("slow\n");
    program.write(lines(1, 20));
    program.send(SIGTERM);
    program.awaitText("stopping gracefully");
    program.send(SIGUSR1);
  }
  /// The lines of which the program has said this, in order.
  static std::vector<std::string> linesThatWere(const std::string& what, const ChildProcess& program) {
    std::istringstream said(program.said());
    std::vector<std::string> lines;
    for (std::string line; std::getline(said, line);) {
      if (line.starts_with(what + " ")) lines.push_back(line.substr(what.size() + 1));
    }
    return lines;
  }
};

TEST_P(SignalUnderLoadTest, WhatWasAcceptedIsProcessedOnce) {
  const test::Seed seed;
  std::mt19937 random(static_cast<unsigned>(seed));
  for (int i = 0; i < 5; ++i) {
    ChildProcess program = runUnderLoad("load");
    program.write(lines(0, 1000));
    program.awaitText("accepted line " + std::to_string(random() % 900) + "\n");
    program.send(SIGTERM);
    EXPECT_EQ(program.end(), 0);
    EXPECT_TRUE(program.hasSaid("ended\n")) << program.said();
    EXPECT_EQ(linesThatWere("processed", program), linesThatWere("accepted", program));
  }
}

TEST_P(SignalUnderLoadTest, ABatchThatIsSlowIsWaitedForAndWhatCameMeanwhileIsProcessed) {
  ChildProcess program = runUnderLoad("slow");
  stopWithLinesWaiting(program);
  EXPECT_EQ(program.end(), 0);
  EXPECT_EQ(linesThatWere("processed", program), linesThatWere("accepted", program));
}

TEST_P(SignalUnderLoadTest, AFirstBatchThatFailsIsTheEndOfTheProgramButNotOfWhatCameLater) {
  ChildProcess program = runUnderLoad("failing");
  stopWithLinesWaiting(program);
  EXPECT_EQ(program.end(), 4);
  EXPECT_TRUE(program.hasSaid("the first batch fails")) << program.said();
  auto accepted = linesThatWere("accepted", program);
  ASSERT_FALSE(accepted.empty());
  accepted.erase(accepted.begin());
  EXPECT_EQ(linesThatWere("processed", program), accepted);
}

INSTANTIATE_TEST_SUITE_P(Modes, SignalUnderLoadTest, testing::Values("micro-batch", "continuous"),
                         [](const auto& mode) {
                           return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
                         });

class SignalWatchTest : public testing::Test {
 protected:
  auto note(const std::string& who) {
    return [this, who](int signal) { seen.add(who + (signal == SIGINT ? " interrupt" : " terminate")); };
  }
  test::Happenings seen;
};

TEST_F(SignalWatchTest, TheNewestOfThoseThatExistGetsTheSignal) {
  std::optional<SignalWatch> first(note("first")), second(note("second"));
  std::raise(SIGTERM);
  EXPECT_EQ(seen.await(1).back(), "second terminate");
  second.reset();
  first.emplace(note("first again"));
}

TEST_F(SignalWatchTest, TheyMayEndInAnyOrder) {
  {
    std::optional<SignalWatch> first(note("first")), second(note("second"));
    first.reset();
    std::raise(SIGINT);
    EXPECT_EQ(seen.await(1).back(), "second interrupt");
  }
  {
    std::optional<SignalWatch> first(note("first")), second(note("second")), third(note("third"));
    second.reset();
    third.reset();
    std::raise(SIGTERM);
    EXPECT_EQ(seen.await(2).back(), "first terminate");
  }
}

TEST_F(SignalWatchTest, LeavesTheHandlersThatWereThere) {
  static volatile std::sig_atomic_t handled = 0;
  auto* before = std::signal(SIGTERM, [](int) { handled = 1; });
  { SignalWatch watch(note("watch")); }
  std::raise(SIGTERM);
  std::signal(SIGTERM, before);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(seen.all(), std::vector<std::string>{});
}

TEST_F(SignalWatchTest, ItsEndWaitsForWhatTheSignalBegan) {
  auto gate = test::Gate::make();
  std::jthread opening([gate] {
    gate->awaitArrivals(1);
    gate->open();
  });
  {
    SignalWatch watch([&, gate](int) {
      gate->pass();
      seen.add("passed");
    });
    std::raise(SIGINT);
  }
  EXPECT_EQ(seen.all(), std::vector<std::string>{"passed"});
}

}  // namespace
}  // namespace millrace
