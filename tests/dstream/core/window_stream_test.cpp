#include <millrace/dstream/core/window_stream.hpp>

#include <millrace/base/error.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::StreamOptions;
using test::StreamTest;
using Records = std::vector<std::vector<int>>;

std::string refusalOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const IllegalArgument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(WindowStream, TakesMultiplesOfItsParentsSlideOnly) {
  StreamTest running;
  auto source = running.source<int>({});
  EXPECT_EQ(
      refusalOf([&] { source.window(Milliseconds(1500)); }),
      "the length of window is 1500 ms: it has to be a positive multiple of the parent's slide, 1000 ms");
  EXPECT_EQ(refusalOf([&] { source.window(Seconds(2), Milliseconds(500)); }),
            "the slide of window is 500 ms: it has to be a positive multiple of the parent's slide, 1000 ms");
  EXPECT_EQ(refusalOf([&] { source.window(Seconds(0)); }),
            "the length of window is 0 ms: it has to be a positive multiple of the parent's slide, 1000 ms");
  EXPECT_EQ(
      refusalOf([&] { source.window(Seconds(-2)); }),
      "the length of window is -2000 ms: it has to be a positive multiple of the parent's slide, 1000 ms");
  EXPECT_EQ(refusalOf([&] { source.window(Seconds(2), Seconds(0)); }),
            "the slide of window is 0 ms: it has to be a positive multiple of the parent's slide, 1000 ms");
  auto window = source.window(Seconds(4), Seconds(2));
  EXPECT_EQ(
      refusalOf([&] { window.window(Seconds(3), Seconds(2)); }),
      "the length of window is 3000 ms: it has to be a positive multiple of the parent's slide, 2000 ms");
  EXPECT_EQ(window.window(Seconds(6)).slideDuration(), Seconds(2))
      << "a window over a window slides as that does";
}

TEST(WindowStream, ConcatenatesBatchesOldestFirst) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto source = running.source<int>(test::batches<int>({{3, 1}, {}, {2, 9, 5}, {4}}));
    auto outputs = running.collect(source.window(Seconds(3)));
    running.run(6);
    EXPECT_EQ(outputs.records(), (Records{{3, 1}, {3, 1}, {3, 1, 2, 9, 5}, {2, 9, 5, 4}, {2, 9, 5, 4}, {4}}));
    std::vector<std::size_t> partitions;
    for (const auto& output : outputs.all()) partitions.push_back(output.partitions.size());
    const auto p = static_cast<std::size_t>(options.shape.partitions);
    EXPECT_EQ(partitions, (std::vector<std::size_t>{p, 2 * p, 3 * p, 3 * p, 3 * p, 3 * p}));
  });
}

TEST(WindowStream, LeavesOutBatchesWithoutAnRdd) {
  StreamTest running;
  auto source = running.source<int>({{{1}}, std::nullopt, {{2}}, std::nullopt, std::nullopt}, 1);
  auto outputs = running.collect(source.window(Seconds(2)));
  running.run(5);
  EXPECT_EQ(outputs.records(), (Records{{1}, {1}, {2}, {2}, {}}));
  EXPECT_EQ(outputs.all().back().partitions.size(), 0u) << "an empty window is an RDD without partitions";
}

TEST(WindowStream, OverAWindowRepeatsWhatBothHold) {
  StreamTest running;
  auto outputs = running.collect(running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}}))
                                     .window(Seconds(2))
                                     .window(Seconds(4), Seconds(2)));
  running.run(4);
  EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{2000, 4000}));
  EXPECT_EQ(outputs.records(), (Records{{1, 1, 2}, {1, 1, 2, 2, 3, 3, 4}}));
}

TEST(WindowStream, LooksBackNoFurtherThanTimeZero) {
  constexpr std::int64_t kToday = 1'763'712'000'000;
  StreamTest running({.batch = Milliseconds(10), .now = kToday});
  auto outputs =
      running.collect(running.source<int>(test::batches<int>({{1}, {2}}), 1).window(Minutes(60 * 24 * 365)));
  const auto begin = std::chrono::steady_clock::now();
  running.run(20);
  EXPECT_EQ(outputs.records().back(), (std::vector<int>{1, 2}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10))
      << "three billion batches of a year";
}

TEST(WindowStream, ComputesItsParentOnce) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    auto calls = std::make_shared<std::atomic<int>>(0);
    StreamTest running(options);
    auto mapped = running.source<int>(test::batches<int>({{1, 2}, {3}, {4, 5, 6}})).map([calls](int x) {
      ++*calls;
      return x;
    });
    auto outputs = running.collect(mapped.window(Seconds(3)));
    running.run(6);
    EXPECT_EQ(*calls, 6);
  });
}

TEST(WindowStream, LeavesTheLevelThatItsParentHas) {
  StreamTest running;
  auto source = running.source<int>({}).persist(StorageLevel::MEMORY_AND_DISK);
  auto window = source.window(Seconds(2));
  EXPECT_EQ(source.node()->storageLevel(), StorageLevel::MEMORY_AND_DISK);
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
}

}  // namespace
}  // namespace millrace::core
