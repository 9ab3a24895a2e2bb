#include <millrace/rdd/ops/filter.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/numbers.hpp"
#include "support/readers.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using test::upTo;
using Strings = std::vector<std::string>;

TEST(Filter, KeepsWhatPassesInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, upTo(10)).filter([](int x) { return x % 3 != 1; }).collect(),
              (std::vector<int>{0, 2, 3, 5, 6, 8, 9}));
    EXPECT_EQ(rddOf<int>(shape, upTo(10)).filter([](int) { return true; }).collect(), upTo(10));
    EXPECT_TRUE(rddOf<int>(shape, upTo(10)).filter([](int) { return false; }).collect().empty());
    EXPECT_TRUE(rddOf<int>(shape, {}).filter([](int) { return true; }).collect().empty());
  }
}

TEST(Filter, KeepsStringsAndViewsInOrder) {
  const Strings texts{
      "a", "bb", "", "a text beyond the inline size of strings", "bbb", "c", "another text that is long"};
  const Strings expected{"a text beyond the inline size of strings", "bbb", "another text that is long"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto isLong = [](const std::string& text) { return text.size() > 2; };
    EXPECT_EQ(rddOf<std::string>(shape, texts).filter(isLong).collect(), expected);
    EXPECT_EQ(rddOf<std::string_view>(shape, texts).filter(isLong).collect(), expected)
        << "a predicate that owns";
    EXPECT_EQ(
        rddOf<std::string_view>(shape, texts).filter([](auto text) { return text.size() > 2; }).collect(),
        expected);
    EXPECT_EQ(rddOf<std::string_view>(shape, texts)
                  .filter(isLong)
                  .filter(isLong)
                  .map([](auto text) { return text; })
                  .collect(),
              expected);
  }
}

TEST(Filter, FindsTheOneInAMillion) {
  auto numbers = rddOf<int>(Shape{.partitions = 3, .threads = 2}, upTo(1'000'000));
  EXPECT_EQ(numbers.filter([](int x) { return x == 999'999; }).collect(), std::vector{999'999});
  EXPECT_EQ(numbers.filter([](int x) { return x == 0; }).count(), 1);
  EXPECT_EQ(numbers.map([](int x) { return std::to_string(x); })
                .filter([](const std::string& text) { return text == "777777"; })
                .collect(),
            Strings{"777777"});
}

TEST(Filter, LeavesTheRecordsItShowsUntouched) {
  auto texts =
      rddOf<std::string>(Shape{}, {"a text beyond the inline size", "x", "another that is long enough"});
  auto some = texts.filter([](const std::string& text) { return text.size() > 1; });
  const Strings expected{"a text beyond the inline size", "another that is long enough"};
  EXPECT_EQ(some.collect(), expected);
  EXPECT_EQ(some.collect(), expected) << "nothing was moved out of the stored records";
}

TEST(Filter, MovesWhatIsItsOwnAndOnlyOnce) {
  auto texts = rddOf<int>(Shape{.partitions = 1, .chunkSize = 3}, upTo(9)).map([](int x) {
    return std::string(30, static_cast<char>('a' + x));
  });
  auto kept = texts.filter([](const std::string& text) { return text[0] % 2 == 0; }).collect();
  EXPECT_EQ(kept, (Strings{std::string(30, 'b'), std::string(30, 'd'), std::string(30, 'f'),
                           std::string(30, 'h')}));
}

TEST(Filter, AsksItsPredicateOncePerRecord) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto asked = std::make_shared<std::atomic<int>>(0);
    auto every = [asked](const auto& x) {
      ++*asked;
      return x.size() % 2 == 0;
    };
    rddOf<std::string>(shape, Strings{"a", "bb", "cc", "d", "ee", "f"}).filter(every).collect();
    EXPECT_EQ(*asked, 6);
  }
}

TEST(Filter, GoesOnAfterAnEmptyChunk) {
  auto open = [](auto predicate, auto input) {
    using T = std::remove_cvref_t<decltype(*input->next().data)>;
    core::Step step(core::rddOperator("filter"), core::filterStep<T>(predicate));
    return step.open(std::move(input));
  };
  auto numbers = core::typed<int>(
      open([](int x) { return x > 1; }, test::chunksReader<int>({{0}, {1, 2}, {}, {1}, {3}})));
  EXPECT_EQ(test::drain(*numbers), (std::vector<int>{2}));
  EXPECT_EQ(test::drain(*numbers), (std::vector<int>{3}));
  auto texts = core::typed<std::string>(
      open([](const std::string& x) { return x > "b"; },
           test::chunksReader<std::string>({{"a"}, {"b", "c", "d"}, {}, {"a"}, {"e"}})));
  EXPECT_EQ(test::drain(*texts), (Strings{"c", "d"}));
  EXPECT_EQ(test::drain(*texts), (Strings{"e"}));
}

TEST(Filter, KeepsThePartitioner) {
  auto counts = rddOf<std::pair<int, int>>(Shape{}, {{1, 1}, {2, 2}}).reduceByKey(std::plus<>{}, 3);
  ASSERT_NE(counts.node()->partitioner(), nullptr);
  EXPECT_EQ(counts.filter([](const auto&) { return true; }).node()->partitioner(),
            counts.node()->partitioner());
  EXPECT_EQ(counts.map([](const auto& kv) { return kv; }).node()->partitioner(), nullptr);
}

TEST(Filter, EqualsAModelOnRandomRecords) {
  const test::Seed seed;
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    Strings texts(random() % 200);
    for (auto& text : texts) text = std::string(random() % 40, static_cast<char>('a' + random() % 3));
    const std::size_t limit = random() % 40;
    Strings expected;
    for (const auto& text : texts) {
      if (text.size() < limit) expected.push_back(text);
    }
    Shape shape{.partitions = 1 + static_cast<int>(random() % 4), .chunkSize = 1 + random() % 7};
    auto isShort = [limit](const auto& text) { return text.size() < limit; };
    EXPECT_EQ(rddOf<std::string>(shape, texts).filter(isShort).collect(), expected);
    EXPECT_EQ(rddOf<std::string_view>(shape, texts).filter(isShort).collect(), expected);
  }
}

}  // namespace
}  // namespace millrace
