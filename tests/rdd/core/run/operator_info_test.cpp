#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace millrace::core {
namespace {

TEST(OperatorInfo, SaysWhatIsKnown) {
  EXPECT_EQ(rddOperator("map")->describe(), "map");
  EXPECT_EQ((OperatorInfo{"window", 4, {}}).describe(), "window #4");
  EXPECT_EQ((OperatorInfo{"reduceByKey", 0, "word counts"}).describe(), "reduceByKey #0 \"word counts\"");
}

template <class E>
std::string described(E thrown) {
  return describeException(std::make_exception_ptr(thrown));
}

TEST(DescribeException, KnowsAllKinds) {
  EXPECT_EQ(described(std::runtime_error("broken")), "broken");
  EXPECT_EQ(described(std::string("a string")), "a string");
  EXPECT_EQ(described("a literal"), "a literal");
  EXPECT_EQ(described(5), "an exception of type int");
  EXPECT_EQ(described(std::pair<int, long>()), "an exception of type std::pair<int, long>");
}

TEST(InOperator, GivesTheResultOrNamesTheOperator) {
  auto info = rddOperator("filter");
  EXPECT_EQ(inOperator(info, [] { return 5; }), 5);
  int held = 1;
  inOperator(info, [&]() -> int& { return held; }) = 2;
  EXPECT_EQ(held, 2);
  try {
    inOperator(info, []() -> int { throw 7; });
    FAIL();
  } catch (const OperatorFailure& failure) {
    EXPECT_EQ(failure.operatorName(), "filter");
    EXPECT_STREQ(failure.what(), "filter: an exception of type int");
    EXPECT_THROW(std::rethrow_exception(failure.cause()), int);
  }
}

TEST(InOperator, LeavesTheInnermostName) {
  auto inner = rddOperator("map"), outer = rddOperator("filter");
  try {
    inOperator(outer, [&] { return inOperator(inner, []() -> int { throw 7; }); });
    FAIL();
  } catch (const OperatorFailure& failure) {
    EXPECT_EQ(failure.operatorName(), "map");
  }
  EXPECT_THROW(inOperator(outer, []() -> int { throw TaskFailure("map", 3, std::make_exception_ptr(7)); }),
               TaskFailure);
}

}  // namespace
}  // namespace millrace::core
