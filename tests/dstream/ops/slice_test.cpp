#include <millrace/dstream/ops/slice.hpp>

#include <millrace/base/error.hpp>

#include "support/script.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::StreamTest;

TEST(Slice, GivesTypedRdds) {
  StreamTest running;
  auto source = running.source<std::string_view>(test::batches<std::string>({{"a"}, {"b", "c"}, {"d"}}));
  running.collect(source);
  running.context().remember(Seconds(10));
  running.start();
  running.advance(3);
  std::vector<std::string> all;
  for (const RDD<std::string_view>& rdd : source.slice(Time(2000), Time(3000))) {
    for (auto& text : rdd.collect()) all.push_back(text);
  }
  EXPECT_EQ(all, (std::vector<std::string>{"b", "c", "d"}));
  running.stop();
}

TEST(Slice, OfAStreamThatSlidesSlower) {
  StreamTest running;
  auto window = running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}})).window(Seconds(2), Seconds(2));
  running.collect(window);
  running.context().remember(Seconds(10));
  running.start();
  running.advance(4);
  EXPECT_EQ(window.slice(Time(1000), Time(4000)).size(), 2u) << "1000 is floored to 0, which has none";
  ASSERT_EQ(window.slice(Time(3000), Time(3999)).size(), 1u);
  EXPECT_EQ(window.slice(Time(3000), Time(3999))[0].collect(), (std::vector<int>{1, 2}));
  running.stop();
}

TEST(Slice, EndsWhereTheBatchesDo) {
  constexpr Time kFirst(std::numeric_limits<std::int64_t>::min()),
      kLast(std::numeric_limits<std::int64_t>::max());
  test::inBothModes([&](const test::StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto kept = numbers.stream.map([](int x) { return x; }).persist();
    running.collect(kept);
    running.context().remember(Seconds(2));
    running.start();
    EXPECT_TRUE(kept.slice(Time(0), kLast).empty()) << "before the first batch";
    EXPECT_TRUE(kept.slice(kFirst, kLast).empty());
    for (int batch = 1; batch <= 5; ++batch) {
      numbers.feed->add({batch});
      running.advance();
      if (batch == 1) {
        EXPECT_EQ(kept.slice(kFirst, Time(1000)).size(), 1U) << "nothing was forgotten yet";
      }
    }
    for (const auto& [from, to] : {std::pair(kFirst, kLast), {Time(0), kLast}, {kFirst, Time(5000)}}) {
      std::vector<int> all;
      for (const RDD<int>& rdd : kept.slice(from, to)) {
        for (int number : rdd.collect()) all.push_back(number);
      }
      EXPECT_EQ(all, (std::vector<int>{4, 5})) << from << " to " << to;
    }
    EXPECT_TRUE(kept.slice(Time(6000), kLast).empty()) << "the batches to come";
    EXPECT_TRUE(kept.slice(kFirst, Time(3000)).empty()) << "the batches that were forgotten";
    EXPECT_TRUE(kept.slice(kLast, kFirst).empty());
    running.stop();
  });
}

}  // namespace
}  // namespace millrace
