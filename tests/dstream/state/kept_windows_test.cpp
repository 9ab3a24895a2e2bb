#include <millrace/dstream/state/window_fold.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Pair = std::pair<std::string, int>;
using Pairs = std::vector<Pair>;
using Windows = std::vector<Pairs>;
using test::StreamTest;

const test::Batches<Pair> kIn{{{{"a", 1}, {"b", 1}}}, {{{"a", 2}}}, Pairs(),
                              std::nullopt,           {{{"a", 4}}}, {{{"b", 8}}}};
/// The sums over three batches.
const Windows kSums{{{"a", 1}, {"b", 1}}, {{"a", 3}, {"b", 1}}, {{"a", 3}, {"b", 1}},
                    {{"a", 2}, {"b", 0}}, {{"a", 4}, {"b", 0}}, {{"a", 4}, {"b", 8}}};

DStream<Pair> sumsOf(StreamTest& running) {
  return running.source<Pair>(kIn).reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3));
}

Pairs sorted(const RDD<Pair>& rdd) {
  Pairs records = rdd.collect();
  std::ranges::sort(records);
  return records;
}

TEST(KeptWindows, OutlastAFunctionThatFails) {
  StreamTest running;
  std::vector<RDD<Pair>> kept;
  sumsOf(running).foreachRDD([&](const RDD<Pair>& rdd) {
    rdd.count();
    kept.push_back(rdd);
    throw std::runtime_error("kept all the same");
  });
  running.start();
  running.advance(6);
  for (std::size_t i = 0; i < kSums.size(); ++i) EXPECT_EQ(sorted(kept.at(i)), kSums[i]) << "window " << i;
}

TEST(KeptWindows, MayBeReadInAnyOrder) {
  StreamTest running;
  std::vector<RDD<Pair>> kept;
  sumsOf(running).foreachRDD([&](const RDD<Pair>& rdd) { kept.push_back(rdd); });
  running.start();
  running.advance(6);
  for (std::size_t i : {5, 0, 3, 1, 4, 2}) EXPECT_EQ(sorted(kept.at(i)), kSums[i]) << "window " << i;
}

TEST(KeptWindows, MayBeUnited) {
  StreamTest running;
  RDD<Pair> all;
  sumsOf(running).foreachRDD([&](const RDD<Pair>& rdd) {
    rdd.count();
    all = all.isNull() ? rdd : all.union_(rdd);
  });
  running.start();
  running.advance(6);
  Pairs expected;
  for (const Pairs& window : kSums) expected.insert(expected.end(), window.begin(), window.end());
  std::ranges::sort(expected);
  EXPECT_EQ(sorted(all), expected);
}

}  // namespace
}  // namespace millrace
