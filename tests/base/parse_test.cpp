#include <millrace/base/parse.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace millrace {
namespace {

using test::failureOf;

TEST(Parse, WholeNumbers) {
  EXPECT_EQ(toInt("0"), 0);
  EXPECT_EQ(toInt("-17"), -17);
  EXPECT_EQ(toInt("+17"), 17);
  EXPECT_EQ(toInt("007"), 7);
  EXPECT_EQ(toInt("2147483647"), std::numeric_limits<int>::max());
  EXPECT_EQ(toInt("-2147483648"), std::numeric_limits<int>::min());
  EXPECT_EQ(toLong("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(toLong("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const char* wrong : {"", "-", "+", "+-1", "--1", "++1", " 1", "1 ", "1.0", "0x1", "1e3", "one"}) {
    EXPECT_THROW(toInt(wrong), BadRecord) << wrong;
    EXPECT_THROW(toLong(wrong), BadRecord) << wrong;
  }
  EXPECT_THROW(toInt("2147483648"), BadRecord);
  EXPECT_THROW(toLong("9223372036854775808"), BadRecord);
  EXPECT_THROW(toInt(std::string_view("1\0", 2)), BadRecord);
}

TEST(Parse, Doubles) {
  EXPECT_EQ(toDouble("1"), 1.0);
  EXPECT_EQ(toDouble("-1.5"), -1.5);
  EXPECT_EQ(toDouble("+.5"), 0.5);
  EXPECT_EQ(toDouble("5."), 5.0);
  EXPECT_EQ(toDouble("2e10"), 2e10);
  EXPECT_EQ(toDouble("2E-3"), 2e-3);
  EXPECT_EQ(toDouble(" 0.1\t"), 0.1);
  EXPECT_TRUE(std::signbit(toDouble("-0")));
  EXPECT_TRUE(std::isnan(toDouble("NaN")));
  EXPECT_EQ(toDouble("-Infinity"), -std::numeric_limits<double>::infinity());
  for (const char* wrong : {"", " ", "-", "+-1", "--1", "-+1", "1e", "1,5", "0x1p3", "inf", "nan", "infinity",
                            "1 2", "1e999", "."}) {
    EXPECT_THROW(toDouble(wrong), BadRecord) << wrong;
  }
}

TEST(Parse, FailuresShowTheTextShortened) {
  EXPECT_EQ(failureOf<BadRecord>([] { (void)toInt("12\n"); }),
            "\"12\\x0a\" is not a whole number of 32 bits");
  EXPECT_EQ(failureOf<BadRecord>([] { (void)toLong("x"); }), "\"x\" is not a whole number of 64 bits");
  EXPECT_EQ(failureOf<BadRecord>([] { (void)toDouble(" x"); }), "\" x\" is not a number");
  EXPECT_LT(failureOf<BadRecord>([] { (void)toInt(std::string(5000, '9')); }).size(), 200u);
}

}  // namespace
}  // namespace millrace
