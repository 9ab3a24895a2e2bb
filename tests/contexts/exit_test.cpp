#include "contexts/inputs.hpp"
#include "support/sleeping_thread.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace {
namespace {

using test::SmallProgram;
using Build = std::function<void(SmallProgram&)>;

/// The thread of main(), once it has nothing left to do but to wait for the end of the program.
std::atomic<pid_t> mainThread = 0;

/// exit() destroys a global context, so it is called when main() no longer touches it, but waits in it.
int exitOnThree(int x) {
  if (x != 3) return x;
  mainThread.wait(0);
  while (!test::sleeps(mainThread)) std::this_thread::yield();
  std::exit(7);
}

/// A global context is destroyed while the process ends, on the thread that called exit.
std::unique_ptr<SmallProgram> global;

[[noreturn]] void runUntilExit(const std::string& mode, bool isGlobal, const Build& build) {
  static const struct Farewell {
    ~Farewell() { std::cerr << "statics are over\n"; }
  } farewell;
  auto program = std::make_unique<SmallProgram>(SmallProgram::Settings{{"spark.streaming.mode", mode}});
  SmallProgram& running = *program;
  if (isGlobal) global = std::move(program);
  build(running);
  for (int i = 0; i < 20; ++i) running.push({1, 2, 3, 4});
  running.ssc.start();
  running.nextBatch();
  mainThread = getpid();
  mainThread.notify_all();
  running.ssc.awaitTerminationOrTimeout(20'000);
  std::_Exit(1);
}

class ExitTest : public testing::TestWithParam<const char*> {
 protected:
  static void expectItsCode(const Build& build) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    for (bool isGlobal : {false, true}) {
      SCOPED_TRACE(isGlobal);
      EXPECT_EXIT(runUntilExit(GetParam(), isGlobal, build), testing::ExitedWithCode(7), "statics are over");
    }
  }
};

TEST_P(ExitTest, InAStep) {
  expectItsCode([](SmallProgram& program) {
    program.numbers.map(exitOnThree).foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
  });
}

TEST_P(ExitTest, BehindAnExchange) {
  expectItsCode([](SmallProgram& program) {
    program.numbers.repartition(3).map(exitOnThree).foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
  });
}

TEST_P(ExitTest, InAWriter) {
  expectItsCode([](SmallProgram& program) { program.numbers.foreach ([](int x) { exitOnThree(x); }); });
}

TEST_P(ExitTest, InATransform) {
  expectItsCode([](SmallProgram& program) {
    program.numbers.transform([](const RDD<int>& rdd) { return exitOnThree(3), rdd; })
        .foreachRDD([](const RDD<int>&) {});
  });
}

TEST_P(ExitTest, InAnOutput) {
  expectItsCode([](SmallProgram& program) {
    program.numbers.map([](int x) { return x; }).foreachRDD([](const RDD<int>& rdd) {
      for (int x : rdd.collect()) exitOnThree(x);
    });
  });
}

INSTANTIATE_TEST_SUITE_P(Exit, ExitTest, testing::Values("micro-batch", "continuous"), [](const auto& which) {
  return which.param[0] == 'c' ? "Continuous" : "MicroBatch";
});

}  // namespace
}  // namespace millrace
