#include <millrace/dstream/ops/join.hpp>

#include <millrace/dstream/ops.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;
using Names = std::pair<std::string, std::string>;

TEST(StreamJoin, PairsTheValuesOfEqualKeys) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<View>();
    auto right = running.input<Names>();
    auto inner = running.collect(left.stream.join(right.stream));
    auto leftOuter = running.collect(left.stream.leftOuterJoin(right.stream, 1));
    auto rightOuter = running.collect(left.stream.rightOuterJoin(right.stream, HashPartitioner(4)));
    auto full = running.collect(left.stream.fullOuterJoin(right.stream));
    const std::optional<std::string> none;
    running.play({start(), addData(left, {{"a", 1}, {"a", 2}, {"b", 3}}),
                  addData(right, {{"a", "x"}, {"a", "y"}, {"c", "z"}}), closeBatch(),
                  expectAnyOrder(inner, {{"a", {1, "x"}}, {"a", {1, "y"}}, {"a", {2, "x"}}, {"a", {2, "y"}}}),
                  expectAnyOrder(
                      leftOuter,
                      {{"a", {1, "x"}}, {"a", {1, "y"}}, {"a", {2, "x"}}, {"a", {2, "y"}}, {"b", {3, none}}}),
                  expectAnyOrder(rightOuter, {{"a", {1, "x"}},
                                              {"a", {1, "y"}},
                                              {"a", {2, "x"}},
                                              {"a", {2, "y"}},
                                              {"c", {std::nullopt, "z"}}}),
                  expectAnyOrder(full, {{"a", {1, "x"}},
                                        {"a", {1, "y"}},
                                        {"a", {2, "x"}},
                                        {"a", {2, "y"}},
                                        {"b", {3, none}},
                                        {"c", {std::nullopt, "z"}}}),
                  closeBatch(), expect(inner, {}), expect(leftOuter, {}), expect(rightOuter, {}),
                  expect(full, {}), stop()});
    EXPECT_EQ(leftOuter.all()[0].partitions.size(), 1U);
    EXPECT_EQ(rightOuter.all()[0].partitions.size(), 4U);
    EXPECT_EQ(inner.all()[0].partitions.size(), static_cast<std::size_t>(options.shape.partitions));
  });
}

TEST(StreamJoin, OfAStreamWithItself) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto doubled = pairs.stream.mapValues([](int v) { return 2 * v; });
    auto joined = running.collect(pairs.stream.join(doubled));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}}), closeBatch(),
                  expectAnyOrder(joined, {{"a", {1, 2}}, {"b", {2, 4}}}), stop()});
  });
}

}  // namespace
}  // namespace millrace
