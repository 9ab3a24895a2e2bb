#include <millrace/dstream/ops/combine_by_key.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

std::string shown(int value) { return std::to_string(value); }
std::string extended(std::string text, int value) { return std::move(text) + std::to_string(value); }

TEST(StreamCombineByKey, CreatesMergesAndJoins) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto texts = running.collect(pairs.stream.combineByKey(shown, extended, std::plus<std::string>{}, 3));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"a", 3}}), closeBatch(),
                  expectAnyOrder(texts, {{"a", "13"}, {"b", "2"}}), closeBatch(), expect(texts, {}),
                  noRdd(pairs), closeBatch(), expectNothing(texts), stop()});
    EXPECT_EQ(texts.all()[0].partitions.size(), 3U);
  });
}

TEST(StreamCombineByKey, WithoutMapSideCombineNeverJoins) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    std::atomic<int> joins = 0;
    auto join = [&](std::string a, const std::string& b) {
      ++joins;
      return a + b;
    };
    auto pairs = running.input<Pair>(5);
    auto texts = running.collect(pairs.stream.combineByKey(shown, extended, join, HashPartitioner(2), false));
    running.play({start(), addData(pairs, {{"a", 1}, {"a", 2}, {"a", 3}, {"a", 4}, {"b", 5}}), closeBatch(),
                  expectAnyOrder(texts, {{"a", "1234"}, {"b", "5"}}), closeBatch(), expect(texts, {}),
                  stop()});
    EXPECT_EQ(joins, 0);
  });
}

}  // namespace
}  // namespace millrace
