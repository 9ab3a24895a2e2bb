#include <millrace/io/rate_shares.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace millrace::core {
namespace {

constexpr std::size_t kAll = 1'000'000'000;

struct RateSharesTest : testing::Test {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(5000);
};

TEST_F(RateSharesTest, TheFirstRecordNeverWaitsAndIsAlone) {
  RateShares shares(clock, 0, 100, 1000, 2);
  EXPECT_EQ(shares.take(1, kAll), 1U);
  EXPECT_EQ(shares.take(0, kAll), 0U);
}

TEST_F(RateSharesTest, EachHasItsShareAndWhatTheOthersLeave) {
  RateShares shares(clock, 0, 100, 1000, 2);
  shares.take(0, kAll);
  clock->advance(200);
  EXPECT_EQ(shares.take(0, kAll), 10U);
  EXPECT_EQ(shares.take(0, kAll), 0U);
  EXPECT_EQ(shares.take(1, kAll), 10U) << "though the other would have taken that";
  clock->advance(600);
  EXPECT_EQ(shares.take(0, kAll), 35U) << "its 30, and 5 that the other has no room for";
  EXPECT_EQ(shares.take(1, kAll), 25U);
}

TEST_F(RateSharesTest, WhatWasNotUsedIsThereAgain) {
  RateShares shares(clock, 0, 100, 1000, 2);
  clock->advance(200);
  EXPECT_EQ(shares.take(0, kAll), 11U);
  shares.settle(0, 11, 4);
  EXPECT_EQ(shares.take(0, kAll), 7U);
  shares.settle(0, kAll, 0);
  EXPECT_EQ(shares.take(0, kAll), 76U) << "its half of a burst's half, and a full pool";
}

TEST_F(RateSharesTest, ADebtIsPaidByTheShareAndThePool) {
  RateShares shares(clock, 0, 100, 1000, 2);
  EXPECT_EQ(shares.take(0, kAll), 1U);
  shares.settle(0, 1, 101);
  clock->advance(200);
  EXPECT_EQ(shares.take(0, kAll), 0U);
  EXPECT_EQ(shares.take(1, kAll), 10U);
  clock->advance(1500);
  EXPECT_EQ(shares.take(0, kAll), 35U) << "what both have had since, but for 25 that are the other's";
}

TEST_F(RateSharesTest, WithoutALimitAllPassesUntilThereIsOne) {
  RateShares shares(clock, -1, 0, 1000, 2);
  EXPECT_EQ(shares.take(0, kAll), kAll);
  shares.settle(0, kAll, 3);
  shares.updateRate(10);
  shares.updateRate(0);
  EXPECT_LE(shares.take(0, kAll), 11U);
  EXPECT_EQ(shares.take(0, kAll), 0U);
}

TEST_F(RateSharesTest, HeldNobodyHasAny) {
  RateShares shares(clock, 0, 0, 1000, 2);
  shares.hold(true);
  EXPECT_EQ(shares.take(0, kAll), 0U);
  EXPECT_GT(shares.retryAt(), 1'000'000) << "nor needs to ask";
  shares.hold(false);
  EXPECT_EQ(shares.take(0, kAll), kAll);
}

TEST_F(RateSharesTest, NeverGoesAboveTheMost) {
  RateShares shares(clock, 10, 5, 1000, 1);
  shares.updateRate(1000);
  clock->advance(60'000);
  EXPECT_EQ(shares.take(0, kAll), 11U);
}

TEST_F(RateSharesTest, SaysWhenToAskAgain) {
  EXPECT_EQ(RateShares(clock, 0, 1000, 199, 4).retryAt(), 5050);
  EXPECT_EQ(RateShares(clock, 0, 1, 1, 4).retryAt(), 6000) << "no sooner than a record comes";
  EXPECT_EQ(RateShares(clock, 0, 1'000'000'000, 1, 4).retryAt(), 5001);
}

/// Partitions that poll as pumps do, in any order, as often as they get something.
struct Partitions {
  struct Partition {
    double perMs = 0;  // records that come to it
    double lag = 0;
    std::int64_t wakesAt = 0;
    double taken = 0;
  };

  Partitions(std::shared_ptr<ManualClock> clockOfAll, std::int64_t rate, std::size_t count)
      : clock(std::move(clockOfAll)), shares(clock, 0, rate, kBurst, count), all(count) {}

  void run(std::int64_t ms, std::mt19937_64& random) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < ms; ++i) {
      clock->advance(1);
      for (Partition& partition : all) partition.lag += partition.perMs;
      std::ranges::shuffle(order, random);
      for (std::size_t which : order) {
        while (all[which].wakesAt <= clock->now()) poll(which);
      }
    }
  }

  void poll(std::size_t which) {
    Partition& partition = all[which];
    const std::size_t permits = shares.take(which, 4096);
    const std::size_t records = std::min(permits, static_cast<std::size_t>(partition.lag));
    shares.settle(which, permits, records);
    partition.lag -= static_cast<double>(records);
    partition.taken += static_cast<double>(records);
    if (permits == 0) {
      partition.wakesAt = shares.retryAt();
    } else if (records == 0) {
      partition.wakesAt = clock->now() + 10;
    }
  }

  static constexpr std::int64_t kBurst = 200;  // ms

  const std::shared_ptr<ManualClock> clock;
  RateShares shares;
  std::vector<Partition> all;
};

TEST_F(RateSharesTest, ThePartitionThatLagsHasWhatTheOthersLeaveAndStarvesNone) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> magnitude(0, 5), part(0, 1);
  for (int run = 0; run < 100; ++run) {
    const auto rate = static_cast<std::int64_t>(std::pow(10, magnitude(random)));
    Partitions partitions(clock, rate, 2 + random() % 7);
    const auto count = static_cast<double>(partitions.all.size());
    for (auto& partition : partitions.all)
      partition.perMs = part(random) / count * static_cast<double>(rate) / 1000;
    partitions.all[0].lag = 1e12;
    constexpr std::int64_t kTime = 10'000;  // ms
    partitions.run(kTime, random);

    const double permitted = static_cast<double>(rate * (kTime + Partitions::kBurst)) / 1000 + 1 + count;
    double taken = 0, ofOthers = 0;
    for (std::size_t i = 0; i < partitions.all.size(); ++i) {
      const Partitions::Partition& partition = partitions.all[i];
      taken += partition.taken;
      if (i == 0) continue;
      ofOthers += partition.taken;
      ASSERT_LE(partition.lag, 10 + partition.perMs * 300) << "run " << run << ": it is starved";
    }
    ASSERT_LE(taken, permitted) << "run " << run;
    const double spare = static_cast<double>(rate * kTime) / 1000 - ofOthers;
    ASSERT_GE(partitions.all[0].taken, 0.95 * spare - 1 - count) << "run " << run;
  }
}

}  // namespace
}  // namespace millrace::core
