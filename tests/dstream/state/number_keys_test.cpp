#include <millrace/dstream/ops.hpp>

#include "support/scratch_directory.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Counts = std::map<std::string, std::int64_t>;

template <class Records>
Counts countsOf(const Records& records) {
  Counts counts;
  for (const auto& [number, count] : records) {
    const bool isNew = counts.emplace(std::isnan(number) ? "NaN" : std::to_string(number), count).second;
    EXPECT_TRUE(isNew) << number << " comes twice";
  }
  return counts;
}

/// NaN, and each of the zeros, is one key in everything that lasts over batches.
class NumberKeys : public testing::TestWithParam<StreamingMode> {
 protected:
  NumberKeys() { running.context().checkpoint(scratch.path()); }
  DStream<double> numbers() {
    return running.source<double>(test::batches<double>({{kNaN, 1, -0.0, kNaN}, {0.0, kNaN}, {1}, {}, {}}));
  }
  DStream<std::pair<double, std::int64_t>> ones() {
    return numbers().map([](double number) { return std::pair(number, std::int64_t{1}); });
  }
  template <class T>
  std::vector<Counts> countsIn(const DStream<T>& stream) {
    auto outputs = running.collect(stream);
    running.run(5);
    std::vector<Counts> counts;
    for (const auto& batch : outputs.records()) counts.push_back(countsOf(batch));
    return counts;
  }

  test::ScratchDirectory scratch;
  test::StreamTest running{{.shape = {.partitions = 3, .threads = 2}, .mode = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Modes, NumberKeys, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

const Counts kFirst{{"NaN", 2}, {"1.000000", 1}, {"-0.000000", 1}};
const Counts kFirstTwo{{"NaN", 3}, {"1.000000", 1}, {"-0.000000", 1}, {"0.000000", 1}};
const Counts kAll{{"NaN", 3}, {"1.000000", 2}, {"-0.000000", 1}, {"0.000000", 1}};

TEST_P(NumberKeys, OfReduceByKey) {
  EXPECT_EQ(countsIn(ones().reduceByKey(std::plus<>())),
            (std::vector<Counts>{kFirst, {{"0.000000", 1}, {"NaN", 1}}, {{"1.000000", 1}}, {}, {}}));
}

TEST_P(NumberKeys, OfCountByValueAndWindow) {
  EXPECT_EQ(countsIn(numbers().countByValueAndWindow(Seconds(2), Seconds(1))),
            (std::vector<Counts>{
                kFirst, kFirstTwo, {{"0.000000", 1}, {"NaN", 1}, {"1.000000", 1}}, {{"1.000000", 1}}, {}}));
}

TEST_P(NumberKeys, OfUpdateStateByKey) {
  auto sums =
      ones().updateStateByKey([](std::span<const std::int64_t> news, std::optional<std::int64_t> old) {
        return std::optional(std::accumulate(news.begin(), news.end(), old.value_or(0)));
      });
  EXPECT_EQ(countsIn(sums), (std::vector<Counts>{kFirst, kFirstTwo, kAll, kAll, kAll}));
}

TEST_P(NumberKeys, OfMapWithState) {
  auto count = [](double, std::optional<std::int64_t> value, State<std::int64_t>& state) {
    state.update(state.getOption().value_or(0) + value.value_or(0));
    return 0;
  };
  EXPECT_EQ(countsIn(ones().mapWithState(StateSpec::function(count)).stateSnapshots()),
            (std::vector<Counts>{kFirst, kFirstTwo, kAll, kAll, kAll}));
}

}  // namespace
}  // namespace millrace
