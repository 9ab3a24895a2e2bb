#include <millrace/io/rate_limiter.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, F06_UpdateIsCappedByTheMaximum) {
  auto clock = std::make_shared<ManualClock>();
  for (auto [maxRate, limit] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {RateLimiter::kNoLimit, 105}, {110, 105}, {100, 100}}) {
    RateLimiter limiter(clock, maxRate, maxRate, 200);
    limiter.updateRate(105);
    EXPECT_EQ(limiter.currentLimit(), limit) << "maximum " << maxRate;
  }
}

TEST(RateLimiter, StartsWithTheLowerOfInitialAndMaximum) {
  auto clock = std::make_shared<ManualClock>();
  EXPECT_EQ(RateLimiter(clock, 100, 50, 200).currentLimit(), 50);
  EXPECT_EQ(RateLimiter(clock, 100, 500, 200).currentLimit(), 100);
  EXPECT_EQ(RateLimiter(clock, RateLimiter::kNoLimit, 70, 200).currentLimit(), 70);
}

TEST(RateLimiter, ZeroOrLessMeansNoLimitAndAnUpdateToItIsIgnored) {
  auto clock = std::make_shared<ManualClock>();
  for (std::int64_t rate : {0, -1}) {
    RateLimiter limiter(clock, rate, rate, 200);
    EXPECT_EQ(limiter.currentLimit(), RateLimiter::kNoLimit);
    EXPECT_EQ(limiter.take(1'000'000'000), 1'000'000'000u);
    limiter.updateRate(10);
    limiter.updateRate(rate);
    EXPECT_EQ(limiter.currentLimit(), 10);
  }
}

TEST(RateLimiter, AcquireWaitsForTheClock) {
  auto clock = std::make_shared<ManualClock>(5000);
  RateLimiter limiter(clock, 4, 4, 1000);
  limiter.acquire();
  auto second = std::async(std::launch::async, [&] { limiter.acquire(); });
  ASSERT_TRUE(clock->awaitWaiter(5250, 30s));
  clock->advance(249);
  EXPECT_EQ(second.wait_for(0s), std::future_status::timeout);
  clock->advance(1);
  EXPECT_EQ(second.wait_for(30s), std::future_status::ready);
}

TEST(RateLimiter, LimitOffLetsWhoWaitsPassAtOnce) {
  auto clock = std::make_shared<ManualClock>();
  RateLimiter limiter(clock, 1, 1, 200);
  limiter.acquire();
  auto waiting = std::async(std::launch::async, [&] { limiter.acquire(); });
  ASSERT_TRUE(clock->awaitWaiter(1000, 30s));
  limiter.limit(false);
  EXPECT_EQ(waiting.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(limiter.take(99), 99u);
  limiter.limit(true);
  EXPECT_EQ(limiter.take(99), 0u);
}

TEST(RateLimiter, HeldItLetsNothingPassWhateverTheRate) {
  auto clock = std::make_shared<ManualClock>();
  RateLimiter limiter(clock, 0, 0, 200);
  limiter.hold(true);
  EXPECT_EQ(limiter.take(1), 0u);
  EXPECT_EQ(limiter.burst(), 0u);
  auto acquiring = std::async(std::launch::async, [&] { limiter.acquire(); });
  auto waiting = std::async(std::launch::async, [&] { limiter.awaitRelease(); });
  ASSERT_TRUE(clock->awaitWaiter(1'000'000, 30s));
  limiter.hold(false);
  EXPECT_EQ(acquiring.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(waiting.wait_for(30s), std::future_status::ready);
  limiter.awaitRelease();
  EXPECT_EQ(limiter.take(99), 99u);
}

TEST(RateLimiter, ABoundOfTheBurstHoldsWhateverTheRate) {
  RateLimiter limiter(std::make_shared<ManualClock>(), RateLimiter::kNoLimit, RateLimiter::kNoLimit, 200);
  limiter.boundBurst(3);
  EXPECT_EQ(limiter.burst(), 3u);
  EXPECT_EQ(limiter.take(5), 3u);
  limiter.updateRate(1000);
  EXPECT_EQ(limiter.burst(), 3u);
  limiter.updateRate(1);
  EXPECT_EQ(limiter.burst(), 1u);
  limiter.limit(false);
  EXPECT_EQ(limiter.take(5), 5u) << "who stops has to get rid of what it has";
}

TEST(RateLimiter, WithTheLimitOffItIsNotHeldEither) {
  auto clock = std::make_shared<ManualClock>();
  RateLimiter limiter(clock, 0, 0, 200);
  limiter.hold(true);
  auto waiting = std::async(std::launch::async, [&] { limiter.acquire(); });
  ASSERT_TRUE(clock->awaitWaiter(1'000'000, 30s));
  limiter.limit(false);
  EXPECT_EQ(waiting.wait_for(30s), std::future_status::ready);
  limiter.awaitRelease();
  EXPECT_EQ(limiter.take(99), 99u);
  limiter.limit(true);
  EXPECT_EQ(limiter.take(99), 0u);
}

TEST(RateLimiter, NeverGivesMoreThanTheRateAndABurstNorLess) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    auto clock = std::make_shared<ManualClock>(static_cast<std::int64_t>(random() % 10'000));
    auto rate = static_cast<std::int64_t>(1 + random() % (round % 2 == 0 ? 20 : 100'000));
    auto burst = static_cast<std::int64_t>(1 + random() % 1000);
    RateLimiter limiter(clock, rate, rate, burst);
    ASSERT_EQ(limiter.take(1000), 1u) << "the first record never waits, and is alone";

    std::vector<std::pair<std::int64_t, std::size_t>> given;
    for (int step = 0; step < 300; ++step) {
      clock->advance(static_cast<std::int64_t>(random() % (step % 10 == 0 ? 3000 : 20)));
      given.emplace_back(clock->now(), limiter.take(random() % 3 == 0 ? random() % 50 : 1'000'000'000));
    }
    double most = static_cast<double>(rate * burst) / 1000 + 1;
    for (int window = 0; window < 50; ++window) {
      std::size_t from = random() % given.size(), to = from + random() % (given.size() - from);
      std::size_t records = 0;
      for (std::size_t i = from; i <= to; ++i) records += given[i].second;
      auto time = static_cast<double>(given[to].first - given[from].first);
      ASSERT_LE(static_cast<double>(records), most + static_cast<double>(rate) * time / 1000 + 1e-3);
    }

    std::size_t taken = 0;
    auto start = clock->now();
    for (int step = 0; step < 1000; ++step) {
      clock->advance(1);
      taken += limiter.take(1'000'000'000);
    }
    ASSERT_GE(static_cast<double>(taken) + 1, static_cast<double>(rate * (clock->now() - start)) / 1000);
  }
}

}  // namespace
}  // namespace millrace::core
