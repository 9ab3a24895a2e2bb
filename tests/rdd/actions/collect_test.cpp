#include <millrace/rdd/actions/collect.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(Collect, GivesAllRecordsInTheOrderOfPartitions) {
  std::vector<int> records(5'000);
  for (std::size_t i = 0; i < records.size(); ++i) records[i] = static_cast<int>(i);
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, records).collect(), records);
    EXPECT_TRUE(rddOf<int>(shape, {}).collect().empty());
  }
  EXPECT_TRUE(rddOf<int>(test::makeEngine(), {}, 0).collect().empty());
}

TEST(Collect, OwnsWhatItGives) {
  std::vector<std::string> collected;
  {
    auto lines = rddOf<std::string_view>(Shape{}, {"one", "a text beyond the inline size"});
    collected = lines.collect();
  }
  EXPECT_EQ(collected, (std::vector<std::string>{"one", "a text beyond the inline size"}));
}

TEST(Collect, TakesTruthValues) {
  auto rdd = rddOf<int>(Shape{.partitions = 3, .threads = 2}, {1, 2, 3, 4, 5});
  EXPECT_EQ(rdd.map([](int x) { return x % 2 == 0; }).collect(),
            (std::vector<bool>{false, true, false, true, false}));
}

}  // namespace
}  // namespace millrace
