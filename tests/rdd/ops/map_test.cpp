#include <millrace/rdd/ops/map.hpp>

#include <millrace/rdd/actions/collect.hpp>

#include "support/engines.hpp"
#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using Strings = std::vector<std::string>;
using Views = std::pair<std::string_view, long>;

TEST(Map, KeepsOrderAndPartitions) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {1, 2, 3, 4, 5, 6, 7}).map([](int x) { return std::to_string(x); });
    EXPECT_EQ(rdd.collect(), (Strings{"1", "2", "3", "4", "5", "6", "7"}));
    EXPECT_EQ(rdd.getNumPartitions(), shape.partitions);
    EXPECT_TRUE(rddOf<int>(shape, {}).map([](int x) { return x; }).collect().empty());
  }
}

TEST(Map, TakesRecordsAsViewsOrOwned) {
  const Strings texts{"one", "", "a text beyond the inline size of strings"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto lines = rddOf<std::string_view>(shape, texts);
    const std::vector<std::size_t> sizes{3, 0, 40};
    EXPECT_EQ(lines.map([](std::string_view text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map([](const std::string_view& text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map([](const std::string& text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map([](std::string text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map([](auto text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map([](const auto& text) { return text.size(); }).collect(), sizes);
    EXPECT_EQ(lines.map(&std::string_view::size).collect(), sizes);
  }
}

TEST(Map, GivesViewsIntoItsArgumentWhateverItsForm) {
  const Strings texts{"abcdef", "a text beyond the inline size of strings", "ghi"};
  const Strings expected{"abc", "a t", "ghi"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto lines = rddOf<std::string_view>(shape, texts);
    EXPECT_EQ(lines.map([](std::string_view text) { return text.substr(0, 3); }).collect(), expected);
    EXPECT_EQ(lines.map([](const std::string& text) { return std::string_view(text).substr(0, 3); })
                  .map([](std::string_view text) { return text; })
                  .collect(),
              expected);
  }
}

TEST(Map, TakesPairsOfViewsOwned) {
  std::vector<std::pair<std::string, long>> records{{"a", 1}, {"a text beyond the inline size", 2}};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto pairs = rddOf<Views>(shape, records);
    EXPECT_EQ(pairs.map([](const auto& kv) { return kv.first; }).collect(),
              (Strings{"a", "a text beyond the inline size"}));
    EXPECT_EQ(
        pairs.map([](const std::pair<std::string, int>& kv) { return kv.first + std::to_string(kv.second); })
            .collect(),
        (Strings{"a1", "a text beyond the inline size2"}));
    EXPECT_EQ(pairs.map([](const std::pair<std::string, long>& kv) { return kv.second; }).collect(),
              (std::vector<long>{1, 2}));
    EXPECT_EQ(pairs.map(&Views::second).collect(), (std::vector<long>{1, 2}));
  }
}

TEST(Map, DoesNotMoveOutOfRecordsThatOthersRead) {
  auto texts =
      rddOf<std::string>(Shape{}, {"a text beyond the inline size", "another of this kind, long enough"});
  texts.map([](std::string text) { return text; }).collect();
  EXPECT_EQ(texts.collect(), (Strings{"a text beyond the inline size", "another of this kind, long enough"}));
}

TEST(Map, GivesEachTaskAFunctionOfItsOwn) {
  for (int threads : {1, 4}) {
    auto rdd = rddOf<int>(Shape{.partitions = 4, .threads = threads}, std::vector<int>(40, 0));
    auto numbered = rdd.map([n = 0](int) mutable { return n++; });
    for (const auto& partition : test::partitionsOf(numbered))
      EXPECT_EQ(partition, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    for (const auto& partition : test::partitionsOf(numbered))
      EXPECT_EQ(partition.front(), 0) << "in each job";
  }
}

TEST(Map, MakesRecordsThatCanOnlyBeMoved) {
  auto rdd = rddOf<int>(Shape{}, {1, 2, 3})
                 .map([](int x) { return std::make_shared<int>(x); })
                 .map([](const auto& p) { return *p + p.use_count(); });
  EXPECT_EQ(rdd.collect(), (std::vector<long>{2, 3, 4})) << "nobody else holds them";
}

TEST(Map, GoesOnAfterAnEmptyChunk) {
  auto function = core::mapStep<int>([](int x) { return x + 1; });
  core::Step step(core::rddOperator("map"), std::move(function));
  auto reader = core::typed<int>(step.open(test::chunksReader<int>({{1}, {}, {2, 3}})));
  EXPECT_EQ(test::drain(*reader), (std::vector<int>{2}));
  EXPECT_EQ(test::drain(*reader), (std::vector<int>{3, 4}));
}

}  // namespace
}  // namespace millrace
