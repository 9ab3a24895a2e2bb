#include <millrace/contexts/signal_watch.hpp>

#include "contexts/child_process.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
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
