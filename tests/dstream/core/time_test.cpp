#include <millrace/dstream/core/time.hpp>

#include <millrace/base/error.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <sstream>

namespace millrace {
namespace {

std::vector<Time> times(const boost::json::value& milliseconds) {
  std::vector<Time> result;
  for (const auto& value : milliseconds.as_array()) result.emplace_back(value.as_int64());
  return result;
}

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(Duration, F01_Arithmetic) {
  ASSERT_EQ(test::vector("F01").at("rows").as_array().size(), 12u);  // in words; the lines below follow them
  static_assert(Duration(1000) + Duration(100) == Duration(1100));
  static_assert(Duration(1000) - Duration(1000) == Duration(0));
  static_assert(Duration(100) * 0 == Duration(0));
  static_assert(Duration(1000) / Duration(5) == 200.0);
  static_assert(Duration(1000) / Duration(2000) == 0.5);
  static_assert(Duration(1000).isMultipleOf(Duration(5)));
  static_assert(!Duration(1000).isMultipleOf(Duration(6)));
  static_assert(Duration(999).min(Duration(1000)) == Duration(999));
  static_assert(Duration(999).max(Duration(1000)) == Duration(1000));
  static_assert(Seconds(30) == Duration(30'000));
  static_assert(Minutes(2) == Duration(120'000));
  EXPECT_EQ(Duration(1000).toString(), "1000 ms");
  EXPECT_EQ(printed(Duration(1000)), "1000 ms");
}

TEST(Duration, WordsMeanTheSameAsSigns) {
  static_assert(Milliseconds(999).less(Seconds(1)) && !Seconds(1).less(Seconds(1)));
  static_assert(Seconds(1).lessEq(Seconds(1)) && !Milliseconds(1001).lessEq(Seconds(1)));
  static_assert(Milliseconds(1001).greater(Seconds(1)) && !Seconds(1).greater(Seconds(1)));
  static_assert(Seconds(1).greaterEq(Seconds(1)) && !Milliseconds(999).greaterEq(Seconds(1)));
  static_assert(Seconds(3).plus(Seconds(1)) == Seconds(4) && Seconds(3).minus(Seconds(1)) == Seconds(2));
  static_assert(Seconds(3).times(2) == Seconds(6) && Seconds(3).div(Seconds(2)) == 1.5);
  static_assert(Durations::milliseconds(7) == Milliseconds(7) && Durations::seconds(7) == Seconds(7) &&
                Durations::minutes(7) == Minutes(7));
  static_assert(Milliseconds(0).isZero() && !Milliseconds(-1).isZero());
  EXPECT_EQ(Seconds(1).toFormattedString(), "1000");
}

constexpr Duration kLongest(std::numeric_limits<std::int64_t>::max());
constexpr Duration kShortest(std::numeric_limits<std::int64_t>::min());
constexpr Time kLast(std::numeric_limits<std::int64_t>::max()),
    kFirst(std::numeric_limits<std::int64_t>::min());

TEST(Duration, RefusesWhatMillisecondsCannotCount) {
  static_assert(kLongest + Duration(0) == kLongest && kShortest - Duration(0) == kShortest);
  static_assert(kLongest + kShortest == Duration(-1) && kLongest * 1 == kLongest);
  EXPECT_THROW((void)(kLongest + Duration(1)), IllegalArgument);
  EXPECT_THROW((void)(kShortest - Duration(1)), IllegalArgument);
  EXPECT_THROW((void)(Duration(0) - kShortest), IllegalArgument);
  EXPECT_THROW((void)(kShortest * -1), IllegalArgument);
  EXPECT_THROW((void)kLongest.times(2), IllegalArgument);
  EXPECT_THROW((void)Seconds(kLongest.milliseconds()), IllegalArgument);
  EXPECT_THROW((void)Minutes(kShortest.milliseconds()), IllegalArgument);
  EXPECT_THROW((void)Durations::minutes(kLongest.milliseconds() / 1000), IllegalArgument);
  EXPECT_THROW((void)(kLast + Duration(1)), IllegalArgument);
  EXPECT_THROW((void)(kFirst - Duration(1)), IllegalArgument);
  EXPECT_THROW((void)(kLast - kFirst), IllegalArgument);
  EXPECT_THROW((void)Interval(kFirst, kLast).duration(), IllegalArgument);
  EXPECT_THROW((void)kFirst.floor(Duration(7), Time(1)), IllegalArgument);
  try {
    (void)(kLongest + Milliseconds(5));
  } catch (const IllegalArgument& error) {
    EXPECT_STREQ(error.what(), "9223372036854775807 ms + 5 ms is more than milliseconds can count");
  }
}

TEST(Duration, IsAMultipleOfMinusOneHoweverShort) {
  EXPECT_TRUE(kShortest.isMultipleOf(Duration(-1)));
  EXPECT_TRUE(kFirst.isMultipleOf(Duration(-1)));
  EXPECT_EQ(kFirst.floor(Duration(-1)), kFirst);
}

TEST(Duration, WhatIsKeptForEverIsNotKeptLonger) {
  EXPECT_EQ(core::saturatedSum(kLongest, Seconds(1)), kLongest);
  EXPECT_EQ(core::saturatedSum(kLongest, kLongest), kLongest);
  EXPECT_EQ(core::saturatedSum(Seconds(2), Seconds(1)), Seconds(3));
}

TEST(Duration, NothingIsAMultipleOfZero) {
  EXPECT_THROW((void)Seconds(1).isMultipleOf(Seconds(0)), IllegalArgument);
  EXPECT_THROW((void)Time(1).isMultipleOf(Seconds(0)), IllegalArgument);
  EXPECT_THROW((void)Time(1).floor(Seconds(0)), IllegalArgument);
}

TEST(Duration, X10_PrettyPrint) {
  for (const auto& row : test::vector("X10").at("rows").as_array()) {
    EXPECT_EQ(Duration(row.at(0).as_int64()).prettyPrint(), row.at(1).as_string());
  }
  EXPECT_EQ(Duration(-5000).prettyPrint(), "-5000 ms");
  EXPECT_EQ(Duration(1250).prettyPrint(), "1.3 s") << "half goes up";
  EXPECT_EQ(Duration(1150).prettyPrint(), "1.1 s") << "as a float it is less than half";
  EXPECT_EQ(Duration(59'999).prettyPrint(), "60.0 s");
  EXPECT_EQ(Duration(3'600'000 * 100L).prettyPrint(), "100.00 h");
}

TEST(Time, Arithmetic) {
  static_assert(Time(1000) + Duration(100) == Time(1100) && Time(1000).plus(Duration(100)) == Time(1100));
  static_assert(Time(1000) - Duration(100) == Time(900) && Time(1000).minus(Duration(100)) == Time(900));
  static_assert(Time(1000) - Time(900) == Duration(100) && Time(1000).minus(Time(900)) == Duration(100));
  static_assert(Time(1000).min(Time(999)) == Time(999) && Time(1000).max(Time(999)) == Time(1000));
  static_assert(Time(1000).isMultipleOf(Duration(5)) && !Time(1000).isMultipleOf(Duration(6)));
  static_assert(Time(1).less(Time(2)) && Time(2).lessEq(Time(2)) && Time(2).greater(Time(1)) &&
                Time(2).greaterEq(Time(2)));
  static_assert(!Time(2).less(Time(2)) && !Time(2).lessEq(Time(1)) && !Time(2).greater(Time(2)) &&
                !Time(1).greaterEq(Time(2)));
  EXPECT_EQ(Time(1500).toString(), "1500 ms");
  EXPECT_EQ(printed(Time(1500)), "1500 ms");
}

TEST(Time, F02_Floor) {
  for (const auto& row : test::vector("F02").at("rows").as_array()) {
    const Time time(row.at(0).as_int64());
    const Duration step(row.at(1).as_int64());
    const Time floored =
        row.at(2).is_null() ? time.floor(step) : time.floor(step, Time(row.at(2).as_int64()));
    EXPECT_EQ(floored, Time(row.at(3).as_int64())) << row;
  }
  EXPECT_EQ(Time(-1).floor(Duration(100)), Time(0)) << "towards zero";
}

TEST(Time, F03_UntilAndTo) {
  for (const auto& row : test::vector("F03").at("until").as_array()) {
    const Duration step(row.at(2).as_int64());
    EXPECT_EQ(Time(row.at(0).as_int64()).until(Time(row.at(1).as_int64()), step), times(row.at(3))) << row;
  }
  for (const auto& row : test::vector("F03").at("to").as_array()) {
    const Duration step(row.at(2).as_int64());
    EXPECT_EQ(Time(row.at(0).as_int64()).to(Time(row.at(1).as_int64()), step), times(row.at(3))) << row;
  }
}

TEST(Time, RangesNeedAPositiveStepAndMayBeEmpty) {
  EXPECT_THROW(Time(0).to(Time(10), Duration(0)), IllegalArgument);
  EXPECT_THROW(Time(0).until(Time(10), Duration(-1)), IllegalArgument);
  EXPECT_TRUE(Time(10).to(Time(9), Duration(1)).empty());
}

TEST(Interval, KnowsItsLengthAndMoves) {
  constexpr Interval interval(1000, 1500);
  static_assert(interval.duration() == Milliseconds(500));
  static_assert(interval == Interval(Time(1000), Time(1500)));
  static_assert(interval + Milliseconds(500) == Interval(1500, 2000));
  static_assert(interval - Milliseconds(500) == Interval(500, 1000));
  static_assert(interval < interval + Milliseconds(1) && interval <= interval &&
                interval > interval - Seconds(1) && interval >= interval);
  EXPECT_EQ(printed(interval), "[1000 ms, 1500 ms]");
}

TEST(Interval, OfAnotherLengthHasNoOrder) {
  EXPECT_THROW((void)(Interval(0, 1) < Interval(0, 2)), IllegalArgument);
  EXPECT_NE(Interval(0, 1), Interval(0, 2));
}

TEST(Time, RangesEndAtTheLastTime) {
  EXPECT_EQ((kLast - Seconds(1)).to(kLast, Seconds(1)), (std::vector{kLast - Seconds(1), kLast}));
  EXPECT_EQ((kLast - Seconds(1)).until(kLast, Seconds(1)), (std::vector{kLast - Seconds(1)}));
  EXPECT_TRUE(Time(0).until(kFirst, Seconds(1)).empty());
  EXPECT_TRUE(kLast.to(kFirst, Seconds(1)).empty());
  EXPECT_THROW((void)Time(0).to(kLast, Milliseconds(1)), IllegalArgument);
  EXPECT_THROW((void)kFirst.until(kLast, Seconds(1)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
