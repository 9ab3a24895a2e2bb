#include <millrace/base/held_bytes.hpp>

#include "support/counted.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <optional>
#include <vector>

namespace millrace {

/// A record that says it holds a hundred megabytes, so that tests need not hold them.
struct Picture : test::Counted {
  using Counted::Counted;
};
template <>
struct HeldBytes<Picture> {
  static std::size_t of(const Picture&) { return std::size_t{100} << 20; }
};

namespace {

using namespace test;

long number(const Picture& picture) { return picture.value; }

struct Case {
  const char* what;
  std::function<DStream<long>(const DStream<long>&)> program;
};

/// Programs in which a number becomes a picture and a picture a number: no operator needs more than one at a time.
const std::vector<Case> kCases{
    {"map", [](const auto& numbers) { return numbers.map([](long n) { return Picture(n); }).map(number); }},
    {"flatMap",
     [](const auto& numbers) {
       return numbers.flatMap([](long n) { return std::optional(Picture(n)); }).map(number);
     }},
    {"filter",
     [](const auto& numbers) {
       return numbers.map([](long n) { return Picture(n); })
           .filter([](const Picture&) { return true; })
           .map(number);
     }},
    {"mapValues",
     [](const auto& numbers) {
       return numbers.map([](long n) { return std::pair(n, n); })
           .mapValues([](long n) { return Picture(n); })
           .map([](const std::pair<long, Picture>& kv) { return kv.second.value; });
     }},
    {"transform",
     [](const auto& numbers) {
       return numbers.transform([](const RDD<long>& rdd) {
         return rdd.collect([](long n) { return std::optional(Picture(n)); }).map(number);
       });
     }},
};

TEST(LargeRecords, AreInHandOneAtATime) {
  constexpr long kRecords = 3000, kMostAtOnce = 8;
  for (const Case& sample : kCases) {
    SCOPED_TRACE(sample.what);
    inBothModes([&](const StreamOptions& options) {
      StreamTest running(options);
      std::vector<long> all(kRecords);
      std::iota(all.begin(), all.end(), 0);
      auto numbers = running.input<long>();
      auto seen = running.collect(sample.program(numbers.stream));
      Counted::reset();
      running.play({start(), addData(numbers, all), closeBatch(), expect(seen, all), stop()});
      EXPECT_LE(Counted::peak(), kMostAtOnce);
      EXPECT_EQ(Counted::live(), 0);
    });
  }
}

TEST(LargeRecords, WaitInMailboxesByTheirBytes) {
  constexpr long kRecords = 500, kMostAtOnce = 60;
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto numbers = running.input<long>();
  auto sum = running.collect(
      numbers.stream.map([](long n) { return Picture(n); }).repartition(2).map(number).reduce(std::plus<>()));
  std::vector<long> all(kRecords);
  std::iota(all.begin(), all.end(), 0);
  Counted::reset();
  running.play(
      {start(), addData(numbers, all), closeBatch(), expect(sum, {kRecords * (kRecords - 1) / 2}), stop()});
  EXPECT_LE(Counted::peak(), kMostAtOnce);
}

}  // namespace
}  // namespace millrace
