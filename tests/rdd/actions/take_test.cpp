#include <millrace/rdd/actions/take.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using test::upTo;

TEST(Take, GivesTheFirstRecords) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, upTo(1'000));
    for (int n : {0, 1, 2, 3, 200, 201, 999, 1'000, 5'000})
      EXPECT_EQ(rdd.take(n), upTo(std::min(n, 1'000))) << n;
    EXPECT_TRUE(rdd.take(-1).empty());
    EXPECT_EQ(rdd.first(), 0);
    EXPECT_TRUE(rddOf<int>(shape, {}).take(3).empty());
  }
}

TEST(Take, SkipsEmptyPartitions) {
  auto sparse =
      rddOf<int>(Shape{.partitions = 20, .threads = 2}, upTo(1'000)).filter([](int x) { return x == 777; });
  EXPECT_EQ(sparse.take(1), std::vector{777});
  EXPECT_EQ(sparse.take(2), std::vector{777});
  EXPECT_EQ(sparse.first(), 777);
}

TEST(Take, RunsNoMorePartitionsAndRecordsThanItNeeds) {
  auto looked = std::make_shared<std::atomic<int>>(0);
  auto rdd = rddOf<int>(Shape{.partitions = 10, .chunkSize = 4}, upTo(1'000)).map([looked](int x) {
    ++*looked;
    return x;
  });
  EXPECT_EQ(rdd.take(2), upTo(2));
  EXPECT_EQ(*looked, 4) << "one chunk of one partition";
  *looked = 0;
  EXPECT_EQ(rdd.take(150), upTo(150));
  EXPECT_LE(*looked, 300);
}

TEST(Take, NeedsNoRecordsThatCanBeMadeOfNothing) {
  struct Made {
    explicit Made(int v) : value(v) {}
    int value;
  };
  auto rdd = rddOf<int>(Shape{.partitions = 2}, {1, 2, 3}).map([](int x) { return Made(x); });
  EXPECT_EQ(rdd.take(2).back().value, 2);
}

TEST(Take, OwnsText) {
  EXPECT_EQ(rddOf<std::string_view>(Shape{}, {"a", "a text beyond the inline size"}).take(5),
            (std::vector<std::string>{"a", "a text beyond the inline size"}));
}

TEST(First, OfNothingIsUnsupported) {
  try {
    rddOf<int>(Shape{}, {}).first();
    FAIL();
  } catch (const Unsupported& error) {
    EXPECT_STREQ(error.what(), "first() of an empty RDD: ask count() or take(1) where it may be empty");
  }
  EXPECT_THROW(rddOf<int>(test::makeEngine(), {}, 0).first(), Unsupported);
}

}  // namespace
}  // namespace millrace
