#include <millrace/dstream/input/rdd_queue.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace millrace {
namespace {

TEST(RDDQueue, GivesTheOldestOrAll) {
  auto engine = test::makeEngine();
  RDDQueue<int> queue, same = queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.nodes().take(true).empty());
  EXPECT_TRUE(queue.nodes().take(false).empty());
  auto first = test::rddOf<int>(engine, {1}, 1), second = test::rddOf<int>(engine, {2}, 1),
       third = test::rddOf<int>(engine, {3}, 1);
  queue += first;
  queue.push(second);
  same += third;
  EXPECT_EQ(queue.size(), 3u);
  ASSERT_EQ(same.nodes().take(true).size(), 1u);
  auto rest = queue.nodes().take(false);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0], second.node());
  EXPECT_EQ(rest[1], third.node());
  EXPECT_TRUE(same.empty());
}

TEST(RDDQueue, IsSharedByThreads) {
  auto rdd = test::rddOf<int>(test::makeEngine(), {1}, 1);
  RDDQueue<int> queue;
  std::size_t taken = 0;
  {
    std::vector<std::jthread> pushers;
    for (int i = 0; i < 3; ++i) {
      pushers.emplace_back([queue, rdd] {
        for (int k = 0; k < 200; ++k) queue.push(rdd);
      });
    }
    while (taken < 600) taken += queue.nodes().take(taken % 2 == 0).size();
  }
  EXPECT_EQ(taken, 600u);
}

}  // namespace
}  // namespace millrace
