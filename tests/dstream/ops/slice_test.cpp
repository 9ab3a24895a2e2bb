#include <millrace/dstream/ops/slice.hpp>

#include <millrace/base/error.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
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

}  // namespace
}  // namespace millrace
