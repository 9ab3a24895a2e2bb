#include <millrace/rdd/actions/async.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/lazy_range.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/failures.hpp"
#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;
using test::oneTo;
using test::rddOf;
using test::Shape;

RDD<std::int64_t> endless(int threads, int partitions = 8) {
  auto engine = test::makeEngine({.threads = threads});
  return RDD<std::int64_t>(core::numberRangeNode(engine, 0, std::int64_t{1} << 62, 1, partitions));
}

// Vector H38.
TEST(Async, GivesWhatTheActionsGive) {
  for (int threads : {1, 2, 4}) {
    const Shape shape{.partitions = 5, .threads = threads};
    EXPECT_EQ(rddOf<int>(shape, oneTo(10'000)).countAsync().get(), 10'000);
    const auto rdd = rddOf<int>(shape, oneTo(1'000));
    EXPECT_EQ(rdd.collectAsync().get(), oneTo(1'000));
    for (int n : {0, 1, 999, 1'000}) EXPECT_EQ(rdd.takeAsync(n).get(), rdd.take(n)) << n;
    auto sum = std::make_shared<std::atomic<int>>(0);
    rdd.foreachAsync([sum](int x) { *sum += x; }).get();
    EXPECT_EQ(*sum, 500'500);
    auto runs = std::make_shared<std::atomic<int>>(0);
    rddOf<int>(test::makeEngine(shape), oneTo(3), 9).foreachPartitionAsync([runs](auto&) { ++*runs; }).get();
    EXPECT_EQ(*runs, 9);
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", "b"}).collectAsync().get(),
              (std::vector<std::string>{"a", "b"}));
  }
}

TEST(Async, SeveralRunAtOnce) {
  auto both = std::make_shared<std::latch>(2);
  auto engine = test::makeEngine({.threads = 1});
  const auto rdd = rddOf<int>(engine, {1}, 1).map([both](int x) {
    both->arrive_and_wait();
    return x;
  });
  const auto one = rdd.countAsync(), other = rdd.countAsync();
  EXPECT_EQ(one.get() + other.get(), 2);
  EXPECT_TRUE(one.isCompleted());
  EXPECT_TRUE(one.waitFor(0));
  EXPECT_FALSE(one.isCancelled());
}

TEST(Async, ReportsWhatTheActionThrows) {
  const auto future = rddOf<int>(Shape{}, {1, 2}).foreachAsync([](int x) {
    if (x == 2) throw std::runtime_error("two");
  });
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(failureOf<std::exception>([&] { future.get(); }), "foreach failed in partition 1: two");
  EXPECT_TRUE(future.isCompleted());
  future.cancel();
  EXPECT_FALSE(future.isCancelled()) << "it had ended";
}

TEST(Async, CanBeCancelled) {
  for (int threads : {1, 2}) {
    const auto future = endless(threads).countAsync();
    EXPECT_FALSE(future.isCompleted());
    EXPECT_FALSE(future.waitFor(0));
    EXPECT_FALSE(future.waitFor(std::numeric_limits<std::int64_t>::min()));
    future.cancel();
    EXPECT_EQ(failureOf<std::exception>([&] { future.get(); }),
              "countAsync was cancelled before it had a result");
    EXPECT_TRUE(future.isCancelled());
    EXPECT_TRUE(future.isCompleted());
  }
}

TEST(Async, AFunctionMayNoticeTheCancellation) {
  auto begun = std::make_shared<std::latch>(1);
  const auto future = rddOf<int>(test::makeEngine(), {1}, 1).foreachAsync([begun](int) {
    begun->count_down();
    while (!TaskContext::get()->isInterrupted()) std::this_thread::yield();
  });
  begun->wait();
  future.cancel();
  EXPECT_TRUE(future.waitFor(std::numeric_limits<std::int64_t>::max()));
  EXPECT_TRUE(future.isCancelled());
}

TEST(Async, ACancelledActionLeavesTheOthersAlone) {
  const auto rdd = endless(2, 1);  // a thread is left for others
  const auto future = rdd.countAsync();
  EXPECT_EQ(rdd.take(2), (std::vector<std::int64_t>{0, 1}));
  future.cancel();
  EXPECT_EQ(rdd.takeAsync(2).get(), (std::vector<std::int64_t>{0, 1}));
}

TEST(Async, OnlyWhereActionsMayRun) {
  auto engine = test::makeEngine();
  const auto rdd = rddOf<int>(engine, {1}, 1);
  EXPECT_THROW(rdd.map([rdd](int) { return rdd.countAsync().get(); }).count(), TaskFailure);
  engine->stop();
  EXPECT_THROW(rdd.countAsync(), IllegalState);
}

TEST(Async, MayOutliveItsRdd) {
  FutureAction<std::vector<int>> future = [] {
    return rddOf<int>(Shape{.threads = 2}, {1, 2, 3}).collectAsync();
  }();
  EXPECT_EQ(future.get(), (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace millrace
