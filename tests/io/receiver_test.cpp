#include <millrace/io/receiver.hpp>

#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/io/receiver_supervisor.hpp>

#include "io/received.hpp"
#include "support/captured_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <ranges>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace millrace {
namespace {

using namespace std::chrono_literals;
using test::Received;
using Words = std::vector<std::string>;
using Events = std::vector<std::string>;

/// Does on start and stop what the test says.
template <class T>
struct Scripted : Receiver<T> {
  std::function<void()> starting, stopping;

  Scripted() : Receiver<T>(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {
    if (starting) starting();
  }
  void onStop() override {
    if (stopping) stopping();
  }
};

/// A supervised receiver on a clock moved by hand, run by a thread of its own.
template <class T>
struct Running {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Received received;
  Scripted<T>& receiver;
  core::ReceiverSupervisor supervisor;
  std::jthread thread;

  explicit Running(core::ReceiverOptions options = {}, std::function<void(Scripted<T>&)> prepare = {})
      : Running(std::make_unique<Scripted<T>>(), options, prepare) {}
  Running(std::unique_ptr<Scripted<T>> made, core::ReceiverOptions options,
          std::function<void(Scripted<T>&)> prepare)
      : receiver(*made), supervisor(7, std::move(made), clock, options, received, received) {
    if (prepare) prepare(receiver);
    thread = std::jthread([this](std::stop_token stop) { supervisor.run(stop); });
    received.awaitEvents(1);
  }
  void end() {
    thread.request_stop();
    thread.join();
  }
};

TEST(Receiver, F29_StartsOnceAndStops) {
  int starts = 0;
  Running<int> test({}, [&](auto& receiver) {
    EXPECT_FALSE(receiver.isStarted());
    EXPECT_FALSE(receiver.isStopped());
    receiver.starting = [&] {
      ++starts;
      EXPECT_TRUE(receiver.isStarted());
      receiver.store(1);
    };
  });
  test.receiver.stop("test");
  test.thread.join();
  EXPECT_TRUE(test.receiver.isStopped());
  EXPECT_FALSE(test.receiver.isStarted());
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(test.receiver.streamId(), 7);
  EXPECT_EQ(test.received.events(), (Events{"started", "stopped: test"}));
  EXPECT_EQ(test.received.records<int>(), std::vector{1}) << "what was stored is pushed at the end";
}

TEST(Receiver, F29_EveryFormOfStoreArrives) {
  Running<std::string> test;
  const char* view = "view";
  test.receiver.store(std::vector<std::string>{"vector", "of"});
  test.receiver.store(std::vector<const char*>{"other", "range"});
  test.receiver.store(std::set<std::string_view>{view});
  test.receiver.store(std::vector<std::string>());
  EXPECT_EQ(test.received.blocks().size(), 3u) << "many records are stored when the call returns";
  test.receiver.store("literal");
  test.receiver.store(std::string("text"));
  const std::string kept = "kept";
  test.receiver.store(kept);
  test.end();
  EXPECT_EQ(test.received.records<std::string>(),
            (Words{"vector", "of", "other", "range", "view", "literal", "text", "kept"}));
}

TEST(Receiver, F29_ABlockOfSerializedRecordsArrives) {
  const Words words{"one", "two", "three"};
  ByteWriter bytes;
  Codec<Words>::write(bytes, words);
  Running<std::string> test;
  test.receiver.store(SerializedRecords{bytes.written()});
  EXPECT_EQ(test.received.blocks().size(), 1u) << "stored when the call returns";
  EXPECT_THROW(test.receiver.store(SerializedRecords{"\x7f"}), BadRecord);
  test.receiver.store({"of a literal in braces"});
  test.end();
  EXPECT_EQ(test.received.records<std::string>(), (Words{"one", "two", "three", "of a literal in braces"}));
}

TEST(Receiver, F29_ARangeMayBeOfIteratorsAndReadOnce) {
  Running<int> test;
  std::istringstream text("4 5 6");
  const std::vector numbers{0, 1, 2, 3};
  test.receiver.store(std::ranges::subrange(numbers.begin() + 1, numbers.end()));
  test.receiver.store(std::ranges::istream_view<int>(text));
  test.end();
  EXPECT_EQ(test.received.records<int>(), (std::vector{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(test.received.blocks().size(), 2u);
}

TEST(Receiver, StorePrefersTheExactRecordOverARange) {
  using Record = std::vector<int>;
  Running<Record> test;
  test.receiver.store(Record{1, 2});
  test.receiver.store(std::vector<Record>{{3}, {4, 5}});
  test.end();
  EXPECT_EQ(test.received.records<Record>(), (std::vector<Record>{{3}, {4, 5}, {1, 2}}));
}

TEST(Receiver, F29_ReportErrorReachesTheListeners) {
  test::CapturedLog log;
  Running<int> test;
  test.receiver.reportError("report error");
  test.receiver.reportError("report exception", std::runtime_error("cause"));
  test.end();
  EXPECT_EQ(test.received.events(),
            (Events{"started", "error: report error", "error: report exception (cause)",
                    "stopped: The context stops"}));
}

TEST(Receiver, F29_RestartStopsWaitsAndStartsAgain) {
  test::CapturedLog log;
  Received calls;
  Running<int> test({.blockInterval = 50}, [&](auto& receiver) {
    receiver.starting = [&] { calls.onStarted(0); };
    receiver.stopping = [&] { calls.onStopped(0, {"", ""}); };
  });
  test.receiver.restart("restarting", 100);
  ASSERT_TRUE(test.clock->awaitWaiter(100, 30s));
  calls.awaitEvents(2);
  EXPECT_TRUE(test.receiver.isStopped());
  test.receiver.restart("too late, it is under way");
  test.clock->advance(99);
  EXPECT_EQ(calls.events().size(), 2u);
  test.clock->advance(1);
  calls.awaitEvents(3);
  EXPECT_TRUE(test.receiver.isStarted());
  EXPECT_EQ(test.received.events(), (Events{"started", "stopped: restarting", "started"}));

  test.receiver.restart("with error", std::runtime_error("cause"));
  ASSERT_TRUE(test.clock->awaitWaiter(2100, 30s)) << "the default delay is two seconds";
  test.end();
  EXPECT_EQ(calls.events().size(), 4u) << "not started again";
  EXPECT_EQ(test.received.events()[3], "stopped: with error (cause)");
}

TEST(Receiver, ARestartIsSaidOncePerMinuteAndText) {
  test::CapturedLog log;
  Running<int> test;
  for (int i = 0; i < 40; ++i) {
    auto seen = test.received.events().size();
    test.receiver.restart("nobody there");
    test.received.awaitEvents(seen + 1);
    ASSERT_TRUE(test.clock->awaitWaiter(test.clock->now() + 2000, 30s));
    test.clock->advance(2000);
    test.received.awaitEvents(seen + 2);
  }
  auto lines = log.lines();
  EXPECT_EQ(std::ranges::count_if(lines, [](auto& line) { return line.find("nobody there") == 0; }), 2)
      << testing::PrintToString(lines);
}

TEST(Receiver, WhyItStopsIsSaidOncePerMinuteAndText) {
  test::CapturedLog log;
  Running<int> test;
  for (int i = 0; i < 3; ++i) {
    test.receiver.stop("the licence is over", std::runtime_error("error 17"));
    test.thread.join();
    const auto seen = test.received.events().size();
    test.thread = std::jthread([&](std::stop_token stop) { test.supervisor.run(stop); });
    test.received.awaitEvents(seen + 1);
  }
  test.end();
  const Words lines = log.lines();
  ASSERT_EQ(lines.size(), 1u) << testing::PrintToString(lines) << ", and nothing of the stop of the context";
  EXPECT_EQ(lines[0].find("receiver stopped: the licence is over: error 17 receiver="), 0u) << lines[0];
}

TEST(Receiver, WhatOnStartThrowsStopsIt) {
  for (bool standard : {true, false}) {
    test::CapturedLog log;
    bool stopped = false;
    Running<int> test({}, [&](auto& receiver) {
      receiver.starting = [&] { standard ? throw std::runtime_error("no luck") : throw 1; };
      receiver.stopping = [&] { stopped = true; };
    });
    test.thread.join();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(test.received.events()[1],
              standard ? "stopped: Starting Scripted<int>-7 failed (no luck)"
                       : "stopped: Starting Scripted<int>-7 failed (an exception that is no std::exception)");
    ASSERT_EQ(log.lines().size(), 1u);
    EXPECT_NE(log.lines()[0].find(standard ? "no luck" : "no std::exception"), std::string::npos);
  }
}

TEST(Receiver, WhatOnStopThrowsIsReported) {
  test::CapturedLog log;
  Running<int> test({}, [&](auto& receiver) { receiver.stopping = [] { throw std::runtime_error("no"); }; });
  test.end();
  EXPECT_EQ(test.received.events(),
            (Events{"started", "error: Stopping Scripted<int>-7 failed (no)", "stopped: The context stops"}));
}

TEST(Receiver, CanRunAgainAfterAStop) {
  Running<int> test;
  test.receiver.store(1);
  test.receiver.stop("first");
  test.thread.join();
  EXPECT_THROW(test.receiver.store(2), SparkException);
  EXPECT_THROW(test.receiver.store(std::vector{2}), SparkException);
  test.thread = std::jthread([&](std::stop_token stop) { test.supervisor.run(stop); });
  test.received.awaitEvents(3);
  test.receiver.store(3);
  test.end();
  EXPECT_EQ(test.received.records<int>(), (std::vector{1, 3}));
}

TEST(Receiver, StopIsNotHeldUpByTheRateLimitAndLosesNothing) {
  Running<int> test({.maxRate = 1});
  std::jthread storing([&] {
    for (int i = 0; i < 10; ++i) test.receiver.store(i);
  });
  test.receiver.stopping = [&] { storing.join(); };
  ASSERT_TRUE(test.clock->awaitWaiter(1000, 30s));
  test.end();
  EXPECT_EQ(test.received.records<int>().size(), 10u);
}

TEST(Receiver, StopEndsTheWaitForARestart) {
  test::CapturedLog log;
  Running<int> test;
  test.receiver.restart("soon");
  ASSERT_TRUE(test.clock->awaitWaiter(2000, 30s));
  test.receiver.stop("enough");
  test.thread.join();
  EXPECT_EQ(test.received.events(), (Events{"started", "stopped: soon", "stopped: enough"}));
}

TEST(Receiver, AnyDelayCountsFromNow) {
  test::CapturedLog log;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t delay : {kMost, kMost - 1, kMost - 3'600'000}) {
    Running<int> test;
    test.clock->advance(3'600'000);
    test.receiver.restart("not soon", delay);
    test.received.awaitEvents(2);
    ASSERT_TRUE(test.clock->awaitWaiter(kMost, 30s)) << "it waits, and does not start at once";
    EXPECT_TRUE(test.receiver.isStopped());
    test.receiver.stop("enough");
    test.thread.join();
    EXPECT_EQ(test.received.events(), (Events{"started", "stopped: not soon", "stopped: enough"}));
  }
}

TEST(Receiver, BeforeItRunsStoringIsRefused) {
  Scripted<int> receiver;
  EXPECT_THROW(receiver.store(1), IllegalState);
  EXPECT_FALSE(receiver.isStarted());
  EXPECT_FALSE(receiver.isStopped());
  EXPECT_EQ(receiver.streamId(), -1);
  EXPECT_EQ(receiver.storageLevel(), StorageLevel::MEMORY_ONLY);
}

TEST(Receiver, F27_SeveralThreadsStore) {
  Running<int> test;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) test.receiver.store(k);
      });
    }
    for (int i = 0; i < 5; ++i) test.clock->advance(200);
  }
  test.end();
  EXPECT_EQ(test.received.records<int>().size(), 10'000u);
}

}  // namespace
}  // namespace millrace
