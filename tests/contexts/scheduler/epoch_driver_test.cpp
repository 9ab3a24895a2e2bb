#include <millrace/contexts/scheduler/epoch_driver.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::atOnce;
using test::Gate;
using test::Happenings;
using test::soon;
using Strings = std::vector<std::string>;

ClosedEpoch epochAt(std::int64_t time) { return {{Time(time), {}}, {}}; }

/// A driver whose jobs take as long as a gate is closed.
class EpochDriverTest : public testing::Test {
 protected:
  void start() {
    driver.start([gate = gate, made = made](ClosedEpoch& epoch) {
      gate->pass();
      made->add(epoch.begun.time.toString());
    });
  }

  std::shared_ptr<Gate> gate = Gate::make();
  std::shared_ptr<Happenings> made = std::make_shared<Happenings>();
  EpochDriver driver;
};

TEST_F(EpochDriverTest, MakesJobsInTheOrderInWhichEpochsCome) {
  gate->open();
  driver.add(epochAt(1000));
  driver.add(epochAt(2000));
  start();
  driver.add(epochAt(3000));
  EXPECT_TRUE(driver.awaitIdle(soon()));
  EXPECT_EQ(made->all(), (Strings{"1000 ms", "2000 ms", "3000 ms"}));
  EXPECT_TRUE(driver.stop(soon()));
}

TEST_F(EpochDriverTest, CountsTheEpochWhoseJobsAreBeingMade) {
  start();
  EXPECT_EQ(driver.pending(), 0U);
  driver.add(epochAt(1000));
  driver.add(epochAt(2000));
  gate->awaitArrivals(1);
  EXPECT_TRUE(driver.isMaking());
  EXPECT_EQ(driver.pending(), 2U);
  EXPECT_FALSE(driver.awaitIdle(atOnce()));
  gate->open();
  EXPECT_TRUE(driver.awaitIdle(soon()));
  EXPECT_EQ(driver.pending(), 0U);
  EXPECT_FALSE(driver.isMaking());
  EXPECT_TRUE(driver.stop(soon()));
}

TEST_F(EpochDriverTest, AStopDropsWhatIsQueued) {
  start();
  driver.add(epochAt(1000));
  driver.add(epochAt(2000));
  gate->awaitArrivals(1);
  EXPECT_FALSE(driver.stop(atOnce())) << "the making of jobs is stuck";
  gate->open();
  EXPECT_TRUE(driver.stop(soon()));
  EXPECT_EQ(made->all(), Strings{"1000 ms"});
}

TEST_F(EpochDriverTest, KnowsItsThread) {
  bool isOwn = false;
  driver.start([&](ClosedEpoch&) { isOwn = driver.isOwnThread(); });
  driver.add(epochAt(1000));
  EXPECT_TRUE(driver.awaitIdle(soon()));
  EXPECT_TRUE(isOwn);
  EXPECT_FALSE(driver.isOwnThread());
  EXPECT_TRUE(driver.stop(soon()));
}

}  // namespace
}  // namespace millrace::core
