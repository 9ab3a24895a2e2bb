#include <millrace/dstream/core/remembered_rdds.hpp>

#include <millrace/rdd/core/store/stored_form_of.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace millrace::core {
namespace {

using Times = std::vector<Time>;

NodePtr someRdd() { return test::rddOf<int>(test::makeEngine(), {1}, 1).node(); }

TEST(RememberedRdds, KnowsTheTimesThatWereSet) {
  RememberedRdds rdds;
  EXPECT_FALSE(rdds.isKnown(Time(1000)));
  const NodePtr first = someRdd(), second = someRdd();
  rdds.set(Time(3000), first);
  rdds.set(Time(1000), first);
  rdds.set(Time(2000), nullptr);
  EXPECT_EQ(rdds.at(Time(1000)), first);
  EXPECT_TRUE(rdds.isKnown(Time(2000)));
  EXPECT_EQ(rdds.at(Time(2000)), nullptr);
  EXPECT_EQ(rdds.times(), (Times{Time(1000), Time(3000)})) << "those at which there is an RDD";
  rdds.set(Time(1000), second);
  EXPECT_EQ(rdds.at(Time(1000)), second);
}

TEST(RememberedRdds, LatestIsTheLastTimeThatWasSetOrSkipped) {
  RememberedRdds rdds;
  EXPECT_LT(rdds.latest(), Time(0));
  rdds.set(Time(3000), nullptr);
  rdds.set(Time(2000), someRdd());
  EXPECT_EQ(rdds.latest(), Time(3000));
  rdds.forgetOld(Time(9000), false);
  EXPECT_EQ(rdds.latest(), Time(3000)) << "though it is forgotten";
  rdds.skipTo(Time(5000));
  EXPECT_EQ(rdds.latest(), Time(5000));
  EXPECT_FALSE(rdds.isKnown(Time(5000)));
}

TEST(RememberedRdds, RemembersForTheLongestThatWasAskedFor) {
  RememberedRdds rdds;
  EXPECT_EQ(rdds.duration(), Seconds(0));
  rdds.setDuration(Seconds(4));
  EXPECT_TRUE(rdds.rememberAtLeast(Seconds(0))) << "nobody has asked before";
  EXPECT_TRUE(rdds.rememberAtLeast(Seconds(2)));
  EXPECT_FALSE(rdds.rememberAtLeast(Seconds(2)));
  EXPECT_FALSE(rdds.rememberAtLeast(Seconds(1)));
  EXPECT_EQ(rdds.longestAsked(), Seconds(2));
  EXPECT_EQ(rdds.duration(), Seconds(4)) << "what was set at start is longer";
  EXPECT_TRUE(rdds.rememberAtLeast(Seconds(6)));
  EXPECT_EQ(rdds.longestAsked(), Seconds(6));
  EXPECT_EQ(rdds.duration(), Seconds(6));
}

TEST(RememberedRdds, ForgetsWhatIsTooOld) {
  RememberedRdds rdds;
  rdds.setDuration(Seconds(2));
  rdds.set(Time(1000), nullptr);
  for (std::int64_t ms : {2000, 3000, 4000}) rdds.set(Time(ms), someRdd());
  rdds.forgetOld(Time(4000), true);
  EXPECT_FALSE(rdds.isKnown(Time(1000)));
  EXPECT_FALSE(rdds.isKnown(Time(2000)));
  EXPECT_EQ(rdds.times(), (Times{Time(3000), Time(4000)}));
}

TEST(RememberedRdds, UnpersistsWhatItForgetsIfToldTo) {
  for (bool unpersist : {true, false}) {
    RememberedRdds rdds;
    rdds.setDuration(Seconds(1));
    const NodePtr old = someRdd(), young = someRdd();
    for (const NodePtr& rdd : {old, young}) rdd->persist(StorageLevel::MEMORY_ONLY, objectForm<int>());
    rdds.set(Time(1000), old);
    rdds.set(Time(2000), young);
    rdds.forgetOld(Time(2000), unpersist);
    EXPECT_EQ(old->storageLevel(), unpersist ? StorageLevel::NONE : StorageLevel::MEMORY_ONLY);
    EXPECT_EQ(young->storageLevel(), StorageLevel::MEMORY_ONLY);
  }
}

}  // namespace
}  // namespace millrace::core
