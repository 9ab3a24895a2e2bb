#include <millrace/continuous/task_pool.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <tbb/global_control.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::Gate;

class TaskPoolTest : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<TaskPool> make(int workers) {
    if (GetParam()) return threadTaskPool(workers);
    control_.emplace(tbb::global_control::max_allowed_parallelism, 5);
    return tbbTaskPool(workers);
  }

 private:
  /// The engine asks for as many, whatever the machine has.
  std::optional<tbb::global_control> control_;
};

TEST_P(TaskPoolTest, ItsEndWaitsForAllTasks) {
  std::atomic<int> ran = 0;
  auto gate = Gate::make();
  auto pool = make(2);
  pool->enqueue([gate] { gate->pass(); });
  for (int i = 0; i < 1000; ++i) pool->enqueue([&] { ++ran; });
  gate->open();
  pool.reset();
  EXPECT_EQ(ran, 1000);
}

TEST_P(TaskPoolTest, RunsTasksThatTasksEnqueue) {
  test::Happenings done;
  auto pool = make(1);
  std::function<void(int)> next = [&](int left) {
    if (left == 0) return done.add("all");
    pool->enqueue([&next, left] { next(left - 1); });
  };
  pool->enqueue([&] { next(100); });
  EXPECT_EQ(done.await(1).size(), 1U);
}

TEST_P(TaskPoolTest, NeedsNobodyWhoWaits) {
  test::Happenings done;
  auto pool = make(2);
  for (int i = 0; i < 100; ++i) {
    pool->enqueue([&, i] { done.add(std::to_string(i)); });
    ASSERT_EQ(done.await(static_cast<std::size_t>(i) + 1).back(), std::to_string(i)) << "a stranded task";
  }
}

TEST_P(TaskPoolTest, OneThatIsStuckDoesNotHoldUpTheOthers) {
  test::Happenings done;
  auto gate = Gate::make();
  auto pool = make(2);
  pool->enqueue([gate] { gate->pass(); });
  gate->awaitArrivals(1);
  pool->enqueue([&] { done.add("the other"); });
  EXPECT_EQ(done.await(1).size(), 1U);
  gate->letGo();
}

// ThreadSanitizer knows nothing of the packaged TBB; there the pool of threads stands in for it.
#ifdef __SANITIZE_THREAD__
INSTANTIATE_TEST_SUITE_P(Pools, TaskPoolTest, testing::Values(true));
#else
INSTANTIATE_TEST_SUITE_P(Pools, TaskPoolTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Threads" : "Tbb"; });
#endif

TEST(ThreadTaskPool, IsFirstInFirstOut) {
  std::vector<int> order;
  auto pool = threadTaskPool(1);
  for (int i = 0; i < 100; ++i) pool->enqueue([&, i] { order.push_back(i); });
  pool.reset();
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

}  // namespace
}  // namespace millrace::core
