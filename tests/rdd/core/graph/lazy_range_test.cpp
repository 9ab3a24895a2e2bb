#include <millrace/rdd/core/graph/lazy_range.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <ranges>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

using test::Shape;
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

template <class V>
auto rddOf(const EnginePtr& engine, V range, int slices) {
  return RDD<std::ranges::range_value_t<V>>(lazyRangeNode(engine, range, slices));
}

RDD<std::int64_t> numbers(std::int64_t start, std::int64_t end, std::int64_t step, int slices,
                          const Shape& shape = {}) {
  return RDD<std::int64_t>(numberRangeNode(test::makeEngine(shape), start, end, step, slices));
}

/// Has the look of std::views::iota, but is made of records of others.
template <class First, class Last>
struct Window : std::ranges::view_base {
  using iterator = std::ranges::iterator_t<std::ranges::iota_view<First, Last>>;
  explicit Window(const std::vector<First>&) {}
  iterator begin() const { return {}; }
  iterator end() const { return {}; }
};
static_assert(std::ranges::view<Window<int, int>>);

TEST(LazyRange, IsWhatMakesItsRecords) {
  std::vector<int> records{1, 2, 3};
  auto captured = [&](int i) { return records[static_cast<std::size_t>(i)]; };
  auto plain = [](int i) { return i * i; };
  using std::views::iota;
  EXPECT_TRUE(LazyRange<decltype(iota(0, 9))>);
  EXPECT_TRUE(LazyRange<decltype(iota(0, 9) | std::views::drop(1) | std::views::reverse)>);
  EXPECT_TRUE(LazyRange<decltype(iota(0, 9) | std::views::transform(plain))>);
  EXPECT_FALSE(LazyRange<decltype(iota(0, 9) | std::views::transform(captured))>);
  EXPECT_FALSE(LazyRange<decltype(iota(0))>) << "no end";
  EXPECT_FALSE(LazyRange<decltype(iota(0, 9) | std::views::filter(plain))>) << "no size";
  EXPECT_FALSE(LazyRange<decltype(iota(records.data(), records.data() + 3))>) << "pointers";
  EXPECT_FALSE(LazyRange<std::ranges::ref_view<decltype(iota(0, 9))>>) << "refers to a view that may be gone";
  EXPECT_FALSE((LazyRange<Window<int, int>>)) << "numbers of others";
  EXPECT_FALSE(LazyRange<std::string_view>);
  EXPECT_FALSE(LazyRange<decltype(std::views::all(records))>);
  EXPECT_FALSE(LazyRange<decltype(std::views::all(records) | std::views::take(2))>);
  EXPECT_FALSE(LazyRange<decltype(records)>);
}

TEST(LazyRange, IsCutAsSparkCuts) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    EXPECT_EQ(test::partitionsOf(rddOf(engine, std::views::iota(0, 5), 3)),
              (std::vector<std::vector<int>>{{0}, {1, 2}, {3, 4}}));
    EXPECT_EQ(test::partitionsOf(rddOf(engine, std::views::iota(0, 0), 2)),
              (std::vector<std::vector<int>>(2)));
    auto squares = std::views::iota(1, 2'001) | std::views::transform([](int i) { return i * 2; });
    EXPECT_EQ(rddOf(engine, squares, shape.partitions).collect(),
              std::vector<int>(squares.begin(), squares.end()));
  }
  EXPECT_THROW(rddOf(test::makeEngine(), std::views::iota(0, 5), 0), IllegalArgument);
}

TEST(LazyRange, IsNeverHeldAsAWhole) {
  auto huge = rddOf(test::makeEngine(), std::views::iota(std::int64_t{0}, kMax), 7);
  EXPECT_EQ(huge.take(3), (std::vector<std::int64_t>{0, 1, 2}));
  std::vector<std::int64_t> firsts;
  for (int p = 0; p < 7; ++p) firsts.push_back(typed<std::int64_t>(huge.node()->read(p))->next().data[0]);
  EXPECT_EQ(firsts[1], kMax / 7);
  EXPECT_EQ(firsts[6], static_cast<std::int64_t>(std::uint64_t{kMax} - kMax / 7));
}

TEST(NumberRange, GivesTheNumbers) {
  using Longs = std::vector<std::vector<std::int64_t>>;
  EXPECT_EQ(test::partitionsOf(numbers(0, 5, 1, 2)), (Longs{{0, 1}, {2, 3, 4}}));
  EXPECT_EQ(test::partitionsOf(numbers(5, -4, -3, 2)), (Longs{{5}, {2, -1}}));
  EXPECT_EQ(test::partitionsOf(numbers(3, 3, 1, 2)), (Longs{{}, {}}));
  EXPECT_EQ(test::partitionsOf(numbers(3, 9, -1, 1)), (Longs{{}}));
  EXPECT_EQ(numbers(kMin, kMax, kMax, 3).collect(), (std::vector<std::int64_t>{kMin, -1, kMax - 1}));
  EXPECT_EQ(numbers(kMax, kMin, kMin, 1).collect(), (std::vector<std::int64_t>{kMax, -1}));
  auto all = test::partitionsOf(numbers(kMax - 3, kMax, 2, 4));
  EXPECT_EQ(all, (Longs{{}, {kMax - 3}, {}, {kMax - 1}}));
  EXPECT_THROW(numbers(0, 5, 0, 1), IllegalArgument);
  EXPECT_THROW(numbers(0, 5, 1, -1), IllegalArgument);
}

TEST(NumberRange, IsWhatALoopGives) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  auto pick = [&](std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random);
  };
  for (int round = 0; round < 300; ++round) {
    const auto start = pick(-5'000, 5'000), end = pick(-5'000, 5'000),
               step = pick(0, 1) ? pick(1, 50) : pick(-50, -1);
    std::vector<std::int64_t> expected;
    for (auto i = start; step > 0 ? i < end : i > end; i += step) expected.push_back(i);
    const Shape shape{.threads = 1, .chunkSize = static_cast<std::size_t>(pick(1, 1024))};
    ASSERT_EQ(numbers(start, end, step, static_cast<int>(pick(1, 20)), shape).collect(), expected)
        << start << " " << end << " " << step;
  }
}

}  // namespace
}  // namespace millrace::core
