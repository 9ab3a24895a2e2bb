#include <millrace/rdd/actions/to_local_iterator.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

static_assert(std::ranges::input_range<LocalIterator<int>>);

TEST(ToLocalIterator, GivesAllRecordsInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    std::vector<int> all;
    for (int record : rddOf<int>(shape, {1, 2, 3, 4}).toLocalIterator()) all.push_back(record);
    EXPECT_EQ(all, (std::vector{1, 2, 3, 4}));
    std::vector<std::string> words;
    for (const std::string& word :
         rddOf<std::string_view>(shape, {"a", "a text beyond the inline size"}).toLocalIterator())
      words.push_back(word);
    EXPECT_EQ(words, (std::vector<std::string>{"a", "a text beyond the inline size"}));
    auto none = rddOf<int>(shape, {}).toLocalIterator();
    EXPECT_TRUE(none.begin() == none.end());
  }
  auto none = rddOf<int>(test::makeEngine(), {}, 0).toLocalIterator();
  EXPECT_TRUE(none.begin() == none.end());
}

TEST(ToLocalIterator, RunsAPartitionWhenItIsNeeded) {
  auto looked = std::make_shared<std::atomic<int>>(0);
  auto rdd = rddOf<int>(Shape{.partitions = 4}, {1, 2, 3, 4}).map([looked](int x) {
    ++*looked;
    if (x == 4) throw std::runtime_error("four");
    return x;
  });
  auto records = rdd.toLocalIterator();
  EXPECT_EQ(*looked, 0);
  auto at = records.begin();
  EXPECT_EQ(*looked, 1);
  EXPECT_EQ(*at, 1);
  ++at;
  EXPECT_EQ(*at, 2);
  EXPECT_EQ(*looked, 2);
  ++at;
  EXPECT_THROW(++at, TaskFailure);
}

}  // namespace
}  // namespace millrace
