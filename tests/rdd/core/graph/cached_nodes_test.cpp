#include <millrace/rdd/core/graph/cached_nodes.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

const std::vector<int> kNumbers{1, 2, 3, 4, 5};
const std::vector<int> kPlusTwo{3, 4, 5, 6, 7};

int plusOne(int number) { return number + 1; }

/// first -> second -> third, of which the test holds what it has not let go of.
struct Chain {
  EnginePtr engine = test::makeEngine();
  RDD<int> first = test::rddOf<int>(engine, kNumbers, 2);
  RDD<int> second = first.map(&plusOne);
  RDD<int> third = second.map(&plusOne);
  std::weak_ptr<Node> firstNode = first.node();

  Chain() { first = {}; }
  /// Other nodes come, each of which has two looked at.
  void cacheOthers() {
    for (int i = 0; i < 4; ++i) test::rddOf<int>(engine, kNumbers, 1).cache();
  }
};

TEST(CachedNodes, LetGoOfParentsOnceOnlyTheirChildrenHoldThem) {
  Chain chain;
  chain.second.cache().count();
  chain.second = {};
  EXPECT_FALSE(chain.firstNode.expired());
  chain.cacheOthers();
  EXPECT_TRUE(chain.firstNode.expired());
  EXPECT_EQ(chain.third.collect(), kPlusTwo);
}

TEST(CachedNodes, KeepParentsWhileTheyCanBeUnpersisted) {
  Chain chain;
  chain.second.cache().count();
  chain.cacheOthers();
  chain.second.unpersist();
  chain.cacheOthers();
  EXPECT_EQ(chain.third.collect(), kPlusTwo);
  chain.second = {};
  chain.cacheOthers();
  EXPECT_EQ(chain.third.collect(), kPlusTwo);
}

TEST(CachedNodes, KeepParentsUntilAllPartitionsAreStored) {
  Chain chain;
  chain.second.cache().take(1);
  chain.second = {};
  chain.cacheOthers();
  EXPECT_EQ(chain.third.collect(), kPlusTwo);
  chain.cacheOthers();
  EXPECT_TRUE(chain.firstNode.expired());
}

// A job that began before may read the parents still.
TEST(CachedNodes, KeepParentsThatWereReadBeforeTheyWereCached) {
  Chain chain;
  chain.second.count();
  chain.second.cache().count();
  chain.second = {};
  chain.cacheOthers();
  EXPECT_FALSE(chain.firstNode.expired());
}

TEST(CachedNodes, AreForgottenWhenTheyAreGone) {
  auto engine = test::makeEngine();
  for (int i = 0; i < 1000; ++i) test::rddOf<int>(engine, kNumbers, 1).cache();
  EXPECT_LT(engine->cachedNodes().waiting(), 4U);
}

}  // namespace
}  // namespace millrace::core
