#include <millrace/contexts/scheduler/context_waiter.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;

std::exception_ptr failure(const std::string& text) {
  return std::make_exception_ptr(std::runtime_error(text));
}

std::future<bool> waitOnAnotherThread(ContextWaiter& waiter) {
  return std::async(std::launch::async, [&waiter] { return waiter.waitForStopOrError(std::nullopt); });
}

TEST(ContextWaiter, TellsWhetherItWasStoppedInTime) {
  ContextWaiter waiter;
  for (auto timeout : {0ms, -5ms, 1ms}) EXPECT_FALSE(waiter.waitForStopOrError(timeout));
  waiter.notifyStop();
  EXPECT_TRUE(waiter.waitForStopOrError(0ms));
  EXPECT_TRUE(waiter.waitForStopOrError(std::nullopt));
}

TEST(ContextWaiter, StopWakesEveryoneWhoWaits) {
  ContextWaiter waiter;
  std::vector<std::future<bool>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(waitOnAnotherThread(waiter));
  waiter.notifyStop();
  for (auto& one : waiting) {
    ASSERT_EQ(one.wait_for(test::kPatience), std::future_status::ready);
    EXPECT_TRUE(one.get());
  }
}

TEST(ContextWaiter, AnErrorIsThrownToThoseWhoWaitAndThoseWhoComeLater) {
  ContextWaiter waiter;
  auto waiting = waitOnAnotherThread(waiter);
  waiter.notifyError(failure("first"));
  EXPECT_EQ(test::failureOf<std::runtime_error>([&] { waiting.get(); }), "first");
  EXPECT_EQ(test::failureOf<std::runtime_error>([&] { waiter.waitForStopOrError(0ms); }), "first");
}

TEST(ContextWaiter, TheLastErrorWinsAlsoOverTheStop) {
  ContextWaiter waiter;
  waiter.notifyError(failure("first"));
  waiter.notifyError(failure("last"));
  waiter.notifyStop();
  EXPECT_EQ(test::failureOf<std::runtime_error>([&] { waiter.waitForStopOrError(std::nullopt); }), "last");
}

TEST(ContextWaiter, TheLongestTimeoutIsNotOverAtOnce) {
  ContextWaiter waiter;
  auto waiting = std::async(std::launch::async, [&] {
    return waiter.waitForStopOrError(std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max()));
  });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
  waiter.notifyStop();
  EXPECT_TRUE(waiting.get());
}

}  // namespace
}  // namespace millrace::core
