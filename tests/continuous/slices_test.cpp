#include <millrace/dstream/ops/slice.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;

Ints sliced(const DStream<int>& stream, std::int64_t from, std::int64_t to) {
  Ints all;
  for (const auto& rdd : stream.slice(Time(from), Time(to))) {
    for (int x : rdd.collect()) all.push_back(x);
  }
  return all;
}

TEST(Slices, ShowWhatIsKept) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto kept = numbers.stream.map([](int x) { return 10 * x; });
    running.collect(kept.window(Seconds(3)));
    running.play({start(), addData(numbers, {1}), closeBatch(), addData(numbers, {2, 3}), closeBatch(),
                  addData(numbers, {4}), closeBatch()});
    EXPECT_EQ(sliced(kept, 2000, 3000), (Ints{20, 30, 40}));
    EXPECT_EQ(sliced(kept, 1000, 1000), Ints{10});
    running.stop();
  });
}

TEST(Slices, OfRecordsThatPassByAreRefused) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto passing = numbers.stream.map([](int x) { return x + 1; });
    running.collect(passing.map([](int x) { return x; }));
    running.play({start(), addData(numbers, {1}), closeBatch()});
    if (options.mode == StreamingMode::kMicroBatch) {
      EXPECT_EQ(sliced(passing, 1000, 1000), Ints{2});
    } else {
      try {
        sliced(passing, 1000, 1000);
        FAIL() << "nothing has these records any more";
      } catch (const Unsupported& error) {
        EXPECT_STREQ(
            error.what(),
            "slice() of map #1, whose records pass by one after another in a continuous run: keep its RDDs "
            "with persist(), window() or StreamingContext::remember()");
      }
    }
    running.stop();
  });
}

}  // namespace
}  // namespace millrace
