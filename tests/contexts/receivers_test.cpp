#include <millrace/base/error.hpp>
#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::ByHand;
using test::Gate;
using test::SmallProgram;

/// Receivers that misbehave, beside one that does not.
class ReceiversTest : public testing::TestWithParam<const char*> {
 protected:
  SmallProgram& make(SmallProgram::Settings settings = {}) {
    settings.emplace_back("spark.streaming.mode", GetParam());
    return program.emplace(settings);
  }
  template <class R>
  R& add(std::unique_ptr<R> receiver) {
    R& added = *receiver;
    program->ssc.receiverStream(std::move(receiver)).foreachRDD([this](const RDD<int>& rdd) {
      sum += static_cast<int>(rdd.sum());
    });
    return added;
  }
  void awaitSum(int expected) {
    const auto deadline = test::soon();
    while (sum != expected) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      program->nextBatch();
    }
  }

  test::ObservedLog log;
  std::atomic<int> sum = 0;
  std::optional<SmallProgram> program;
};

TEST_P(ReceiversTest, OneThatThrowsInOnStartIsStartedAgainAndTheOthersGoOn) {
  struct Unlucky : ByHand {
    void onStart() override {
      if (starts++ < 2) throw std::runtime_error("no luck");
      store(100);
    }
    int starts = 0;
  };
  make();
  auto& good = add(std::make_unique<ByHand>());
  add(std::make_unique<Unlucky>());
  program->ssc.start();
  good.started.pass();
  good.store(1);
  awaitSum(101);
  log.awaitLine("no luck");
}

TEST_P(ReceiversTest, OneWhoseThreadFailsIsStartedAnew) {
  struct Failing : ByHand {
    void onStart() override {
      thread = std::thread([this] {
        try {
          store(1);
          if (starts++ == 0) throw std::runtime_error("lost the device");
        } catch (const std::exception& error) {
          restart("Receiving failed", error);
        }
      });
    }
    void onStop() override { thread.join(); }
    std::atomic<int> starts = 0;
    std::thread thread;
  };
  make();
  add(std::make_unique<Failing>());
  program->ssc.start();
  awaitSum(2);
  EXPECT_NE(log.awaitLine("Receiving failed").find("lost the device"), std::string::npos);
}

TEST_P(ReceiversTest, OneWhoseOnStartDoesNotReturnReceivesAndIsNamedAtTheStop) {
  struct Blocking : ByHand {
    explicit Blocking(std::shared_ptr<Gate> door) : gate(std::move(door)) {}
    void onStart() override {
      store(10);
      gate->pass();
    }
    std::shared_ptr<Gate> gate;
  };
  make({{"spark.streaming.gracefulStopTimeout", "100ms"}});
  auto gate = Gate::make();
  auto& good = add(std::make_unique<ByHand>());
  add(std::make_unique<Blocking>(gate));
  program->ssc.start();
  gate->awaitArrivals(1);
  good.started.pass();
  good.store(1);
  awaitSum(11);
  program->ssc.stop(true, true);
  EXPECT_NE(log.awaitLine("receiver=Blocking-2").find("receiver did not end when told to"),
            std::string::npos);
  gate->letGo();
}

TEST_P(ReceiversTest, StoringAfterTheStopIsRefused) {
  make();
  auto& receiver = add(std::make_unique<ByHand>());
  program->ssc.start();
  receiver.started.pass();
  program->ssc.stop(true, false);
  EXPECT_THROW(receiver.store(1), SparkException);
  EXPECT_THROW(receiver.store(std::vector{1, 2}), SparkException);
  EXPECT_EQ(sum, 0);
}

TEST_P(ReceiversTest, F27_TenThreadsStore) {
  make();
  auto& receiver = add(std::make_unique<ByHand>());
  program->ssc.start();
  receiver.started.pass();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 500; ++k) receiver.store(1);
        for (int k = 0; k < 100; ++k) receiver.store(std::vector(5, 1));
      });
    }
    for (int i = 0; i < 5; ++i) program->nextBatch();
  }
  awaitSum(10'000);
  program->ssc.stop(true, true);
  EXPECT_EQ(sum, 10'000);
}

INSTANTIATE_TEST_SUITE_P(Modes, ReceiversTest, testing::Values("micro-batch", "continuous"),
                         [](const auto& mode) {
                           return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
                         });

}  // namespace
}  // namespace millrace
