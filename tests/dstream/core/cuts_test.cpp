#include <millrace/dstream/core/cuts.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Strings = std::vector<std::string>;

/// Wants a cut every two seconds, and notes what it is asked and given.
struct NotedCuts final : CutSink {
  bool wants(Time time) override {
    asked.push_back(time.milliseconds());
    return time.milliseconds() % 2000 == 0;
  }
  void take(Time time, std::vector<StatePart> parts) override {
    std::string cut = std::to_string(time.milliseconds()) + ":";
    for (const StatePart& part : parts) cut += " " + part.state->name;
    taken.push_back(std::move(cut));
  }
  std::vector<std::int64_t> asked;
  Strings taken;
};

class CutsTest : public ::testing::Test {
 protected:
  void add(std::int64_t time, const std::string& name) {
    cuts.add(Time(time), [this, name](std::vector<StatePart>& parts) {
      if (name == failing) throw std::runtime_error(name + " has failed");
      parts.push_back({std::make_shared<const OperatorInfo>(OperatorInfo{"state", 0, name}), 0, nullptr});
    });
  }

  const std::shared_ptr<NotedCuts> sink = std::make_shared<NotedCuts>();
  Cuts cuts{sink};
  std::string failing;
};

TEST_F(CutsTest, AreMadeWhenTheSinkSaysSo) {
  EXPECT_FALSE(cuts.isCut(Time(1000)));
  EXPECT_TRUE(cuts.isCut(Time(2000)));
  EXPECT_TRUE(cuts.isCut(Time(2000)));
  EXPECT_FALSE(cuts.isCut(Time(1000)));
  EXPECT_EQ(sink->asked, (std::vector<std::int64_t>{1000, 2000}));
}

TEST_F(CutsTest, HaveWhatWasAddedUpToTheirTime) {
  add(2000, "a");
  add(2000, "b");
  add(4000, "a of later");
  cuts.take(Time(2000));
  cuts.take(Time(4000));
  EXPECT_EQ(sink->taken, (Strings{"2000: a b", "4000: a of later"}));
}

TEST_F(CutsTest, ThatAreOvertakenHaveNothingLeft) {
  add(2000, "a");
  add(4000, "b");
  cuts.take(Time(4000));
  cuts.take(Time(2000));
  EXPECT_EQ(sink->taken, Strings{"4000: a b"});
}

TEST_F(CutsTest, WhatCouldNotBeTakenJoinsTheNextOne) {
  add(2000, "a");
  add(2000, "b");
  add(2000, "c");
  failing = "b";
  EXPECT_THROW(cuts.take(Time(2000)), std::runtime_error);
  EXPECT_EQ(sink->taken, Strings{});
  failing = "";
  add(4000, "a again");
  cuts.take(Time(4000));
  EXPECT_EQ(sink->taken, Strings{"4000: a b c a again"});
}

TEST_F(CutsTest, AreOverWhenTooManyHaveFailed) {
  add(2000, "a");
  failing = "a";
  for (std::size_t i = 1; i <= Cuts::kMostFailed; ++i)
    EXPECT_THROW(cuts.take(Time(2000 * static_cast<std::int64_t>(i))), std::runtime_error);
  failing = "";
  EXPECT_FALSE(cuts.isCut(Time(1'000'000)));
  cuts.take(Time(1'000'000));
  EXPECT_EQ(sink->taken, Strings{});
}

}  // namespace
}  // namespace millrace::core
