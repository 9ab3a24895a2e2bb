#include <millrace/continuous/credits.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>

namespace millrace::core {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

struct CreditsTest : testing::Test {
  std::shared_ptr<Credits> credits = std::make_shared<Credits>();
  std::stop_source stopping;

  std::shared_ptr<void> take(std::size_t bytes) { return credits->take(bytes, stopping.get_token()); }
  std::future<std::shared_ptr<void>> taking(std::size_t bytes) {
    return std::async(std::launch::async, [this, bytes] { return take(bytes); });
  }
  void awaitWaits(std::int64_t count) {
    while (credits->waits() < count) std::this_thread::yield();
  }
};

TEST_F(CreditsTest, ThereAreTwo) {
  auto first = take(1), second = take(1);
  auto third = taking(1);
  awaitWaits(1);
  first.reset();
  EXPECT_NE(third.get(), nullptr);
  EXPECT_EQ(credits->waits(), 1) << "once for each who waits";
}

TEST_F(CreditsTest, ThereIsOneForALargeBlock) {
  auto large = take(1000 * kMegabyte);
  ASSERT_NE(large, nullptr) << "one block may be of any size";
  auto little = taking(1);
  awaitWaits(1);
  large.reset();
  auto held = little.get();
  EXPECT_NE(held, nullptr);
  auto again = taking(65 * kMegabyte);
  awaitWaits(2);
  held.reset();
  EXPECT_NE(again.get(), nullptr);
}

TEST_F(CreditsTest, AStopEndsTheWait) {
  auto first = take(1), second = take(1);
  auto third = taking(1);
  stopping.request_stop();
  EXPECT_EQ(third.get(), nullptr);
}

TEST_F(CreditsTest, AStopTakesNoCreditThatIsThere) {
  stopping.request_stop();
  EXPECT_NE(take(1), nullptr);
}

}  // namespace
}  // namespace millrace::core
