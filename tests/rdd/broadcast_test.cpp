#include <millrace/rdd/broadcast.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::Shape;

TEST(Broadcast, IsReadByTasks) {
  for (const Shape& shape : test::allShapes()) {
    const Broadcast<std::map<int, std::string>> names(std::map<int, std::string>{{1, "one"}, {2, "two"}});
    const auto named = [names](int x) {
      return names->at(x) + std::to_string((*names).size() + names.value().size());
    };
    EXPECT_EQ(test::rddOf<int>(shape, {1, 2}).map(named).collect(),
              (std::vector<std::string>{"one4", "two4"}));
  }
}

TEST(Broadcast, OfBools) {
  for (const Shape& shape : test::allShapes()) {
    const Broadcast<bool> negated(true);
    const Broadcast<std::vector<bool>> flags(std::vector<bool>{true, false, true});
    const auto shown = [negated, flags](int x) { return (*flags)[static_cast<std::size_t>(x)] != *negated; };
    EXPECT_EQ(test::rddOf<int>(shape, {0, 1, 2}).map(shown).collect(),
              (std::vector<bool>{false, true, false}));
  }
}

TEST(Broadcast, HandlesShareTheValue) {
  const Broadcast<std::vector<int>> one(std::vector<int>(1'000));
  const auto other = one;
  EXPECT_EQ(&one.value(), &other.value());
}

TEST(Broadcast, IsGoneAfterDestroy) {
  const Broadcast<int> value(7);
  const auto rdd = test::rddOf<int>(Shape{}, {1}).map([value](int x) { return x + *value; });
  value.unpersist();
  EXPECT_EQ(rdd.first(), 8);
  value.destroy();
  EXPECT_THROW(*value, SparkException);
  try {
    rdd.first();
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(),
                 "map failed in partition 1: the value of a broadcast after its destroy(): destroy it when "
                 "no job needs "
                 "it any more");
  }
}

}  // namespace
}  // namespace millrace
