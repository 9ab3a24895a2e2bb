#include <millrace/rdd/actions/foreach.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(Foreach, IsCalledForEachRecord) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    std::mutex mutex;
    std::vector<std::string> seen;
    rddOf<std::string_view>(shape, {"a", "b", "a text beyond the inline size"})
        .foreach ([&](const std::string& text) {
          std::lock_guard lock(mutex);
          seen.push_back(text);
        });
    std::ranges::sort(seen);
    EXPECT_EQ(seen, (std::vector<std::string>{"a", "a text beyond the inline size", "b"}));
    rddOf<int>(shape, {}).foreach ([](int) { FAIL(); });
  }
}

TEST(Foreach, ReportsWhatItsFunctionThrows) {
  auto rdd = rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4});
  try {
    rdd.foreach ([](int x) {
      if (x == 3) throw 3;
    });
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "foreach failed in partition 1: an exception of type int");
  }
}

TEST(ForeachPartition, IsCalledForEachPartitionEmptyOnesToo) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    std::atomic<int> calls = 0, sum = 0;
    rddOf<int>(shape, {1, 2, 3}).foreachPartition([&](auto& records) {
      ++calls;
      for (int record : records) sum += record;
    });
    EXPECT_EQ(calls, shape.partitions);
    EXPECT_EQ(sum, 6);
  }
}

TEST(ForeachPartition, KnowsItsPartition) {
  std::mutex mutex;
  std::vector<int> partitions;
  rddOf<int>(Shape{.partitions = 4, .threads = 2}, {}).foreachPartition([&](auto&) {
    std::lock_guard lock(mutex);
    partitions.push_back(TaskContext::getPartitionId());
  });
  std::ranges::sort(partitions);
  EXPECT_EQ(partitions, (std::vector<int>{0, 1, 2, 3}));
}

TEST(ForeachPartition, ReportsWhatItsFunctionThrows) {
  try {
    rddOf<int>(Shape{.partitions = 1}, {1}).foreachPartition([](auto&) { throw "no connection"; });
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "foreachPartition failed in partition 0: no connection");
  }
}

}  // namespace
}  // namespace millrace
