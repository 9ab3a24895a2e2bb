#include <millrace/base/detachable_thread.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>

namespace millrace::core {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point inAMinute() { return Clock::now() + std::chrono::minutes(1); }

TEST(DetachableThread, HasLetGoOfItsBodyWhenJoined) {
  auto held = std::make_shared<int>(0);
  DetachableThread thread([held] { *held = 1; });
  EXPECT_TRUE(thread.join(inAMinute()));
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(thread.join(inAMinute())) << "again";
}

TEST(DetachableThread, IsNotWaitedForBeyondTheDeadline) {
  std::promise<void> mayEnd;
  auto held = std::make_shared<int>(0);
  std::weak_ptr<int> observed = held;
  {
    DetachableThread thread([held = std::move(held), end = mayEnd.get_future().share()] { end.wait(); });
    EXPECT_FALSE(thread.join(Clock::now()));
  }
  EXPECT_FALSE(observed.expired()) << "it goes on with what it holds";
  mayEnd.set_value();
  while (!observed.expired()) std::this_thread::yield();
}

TEST(DetachableThread, DoesNotWaitForItself) {
  std::promise<DetachableThread*> self;
  std::promise<bool> joined;
  DetachableThread thread([&] { joined.set_value(self.get_future().get()->join(inAMinute())); });
  self.set_value(&thread);
  EXPECT_TRUE(joined.get_future().get());
  EXPECT_TRUE(thread.join(inAMinute()));
}

}  // namespace
}  // namespace millrace::core
