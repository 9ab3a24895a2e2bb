#include <millrace/dstream/ops/reduce_by_key_and_window.hpp>

#include <millrace/base/error.hpp>

#include "support/seed.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::Batches;
using test::StreamOptions;
using test::StreamTest;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;
using Windows = std::vector<std::vector<Pair>>;

std::string refusalOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const IllegalArgument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(ReduceByKeyAndWindow, TakesMultiplesOfItsParentsSlideOnly) {
  StreamTest running;
  auto source = running.source<Pair>({});
  EXPECT_EQ(
      refusalOf([&] { source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Milliseconds(1500)); }),
      "the length of reduceByKeyAndWindow is 1500 ms: it has to be a positive multiple of the parent's "
      "slide, "
      "1000 ms");
  EXPECT_EQ(
      refusalOf(
          [&] { source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Milliseconds(100)); }),
      "the slide of reduceByKeyAndWindow is 100 ms: it has to be a positive multiple of the parent's slide, "
      "1000 ms");
  EXPECT_NE(refusalOf([&] { source.reduceByKeyAndWindow(std::plus<>{}, Milliseconds(1500)); }),
            "not refused");
  EXPECT_NE(
      refusalOf([&] { source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(-1), Seconds(1)); }),
      "not refused");
  EXPECT_NE(
      refusalOf([&] { source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(1), Seconds(0)); }),
      "not refused");
}

TEST(ReduceByKeyAndWindow, SlidesAsItsParentUnlessToldOtherwise) {
  StreamTest running;
  auto source = running.source<Pair>({});
  EXPECT_EQ(source.reduceByKeyAndWindow(std::plus<>{}, Seconds(3)).slideDuration(), Seconds(1));
  EXPECT_EQ(source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3)).slideDuration(),
            Seconds(1));
  EXPECT_EQ(
      source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(4), Seconds(2)).slideDuration(),
      Seconds(2));
}

// Random keys, values and gaps; every form against a model of what the window holds.
struct Form {
  int window, slide;
};

Windows modelOf(const Batches<Pair>& in, Form form, int batches, bool zeroStays) {
  Windows windows;
  std::map<std::string, int> ever;
  for (int end = form.slide; end <= batches; end += form.slide) {
    std::map<std::string, int> sums;
    if (zeroStays) {
      for (auto& [key, value] : ever) sums[key] = 0;
    }
    for (int i = std::max(0, end - form.window); i < end && i < static_cast<int>(in.size()); ++i) {
      if (!in[static_cast<std::size_t>(i)]) continue;
      for (const auto& [key, value] : *in[static_cast<std::size_t>(i)]) sums[key] += value;
    }
    if (zeroStays) ever.insert(sums.begin(), sums.end());
    windows.emplace_back(sums.begin(), sums.end());
  }
  return windows;
}

TEST(ReduceByKeyAndWindow, EqualsAModelInAllItsForms) {
  const test::Seed seed;
  std::mt19937 random(seed);
  const auto& shapes = test::allShapes();
  for (int round = 0; round < 60; ++round) {
    Batches<Pair> in(12);
    for (auto& batch : in) {
      if (random() % 6 == 0) continue;
      batch.emplace();
      for (std::size_t i = random() % 8; i > 0; --i) {
        const std::string name(random() % 2 == 0 ? "k" : "a key beyond twelve bytes ");
        batch->emplace_back(name + std::to_string(random() % 4), 1 + static_cast<int>(random() % 9));
      }
    }
    const Form form{1 + static_cast<int>(random() % 5), 1 + static_cast<int>(random() % 4)};
    const Duration window = Seconds(form.window), slide = Seconds(form.slide);
    const StreamOptions options{.shape = shapes[random() % shapes.size()]};
    SCOPED_TRACE(options.shape.describe() + ", window " + window.toString() + ", slide " + slide.toString());
    const int partitions = 1 + static_cast<int>(random() % 3);

    StreamTest running(options);
    auto source = running.source<View>(in);
    auto nonZero = [](const Pair& kv) { return kv.second != 0; };
    auto plain = running.collect(source.reduceByKeyAndWindow(std::plus<>{}, window, slide, partitions));
    auto inverse = running.collect(
        source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, window, slide, partitions));
    auto filtered = running.collect(
        source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, window, slide, partitions, nonZero));
    running.run(14);
    const auto expected = modelOf(in, form, 14, false);
    ASSERT_EQ(plain.sorted(), expected);
    ASSERT_EQ(filtered.sorted(), expected);
    ASSERT_EQ(inverse.sorted(), modelOf(in, form, 14, form.slide <= form.window));
  }
}

TEST(ReduceByKeyAndWindow, LongerSlidesThanWindowsNeedNoCheckpoint) {
  StreamTest running;
  running.context().graph()->setCheckpointDirectory("");
  auto outputs =
      running.collect(running.source<Pair>(test::batches<Pair>({{{"a", 1}}, {{"a", 2}}, {{"a", 4}}}))
                          .reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(1), Seconds(3)));
  running.run(3);
  EXPECT_EQ(outputs.records(), (Windows{{{"a", 4}}}));
}

}  // namespace
}  // namespace millrace
