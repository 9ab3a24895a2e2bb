#include <millrace/dstream/ops/window.hpp>

#include <millrace/base/file_system.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>

#include "support/script.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(Window, KeepsTheTextOfAStreamOfViews) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto lines =
        running.source<std::string>(test::batches<std::string>({{"a text of some length"}, {"b"}, {"c"}}));
    auto heads = lines
                     .flatMap([](const std::string& line) {
                       return std::vector{line + ", first", line + ", second"};
                     })
                     .map([](const std::string& text) { return std::string_view(text).substr(0, 12); });
    auto outputs = running.collect(heads.window(Seconds(2)));
    running.run(3);
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<std::string>>{
                                     {"a text of so", "a text of so"},
                                     {"a text of so", "a text of so", "b, first", "b, second"},
                                     {"b, first", "b, second", "c, first", "c, second"}}));
  });
}

/// Counts the sets of tasks that it runs.
class StagesOfStreams final : public core::JobRunner {
 public:
  explicit StagesOfStreams(int& stages) : stages_(stages) {}
  void run(int tasks, FunctionRef<void(int)> task) override {
    ++stages_;
    for (int i = 0; i < tasks; ++i) task(i);
  }
  int threads() const override { return 1; }

 private:
  int& stages_;
};

TEST(Window, KeepsThePartitionerOfItsBatches) {
  using Sum = std::pair<std::string, int>;
  test::inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto input = running.input<Sum>();
    auto window = input.stream.reduceByKey(std::plus<>{}, 3).window(Seconds(3));
    auto outputs = running.collect(window);
    auto folded = running.collect(window.reduceByKey(std::plus<>{}));
    auto plain = running.collect(input.stream.window(Seconds(3)));
    running.play({test::start(), addData(input, {{"a", 1}, {"a", 2}, {"b", 3}}), test::closeBatch(),
                  expectAnyOrder(outputs, {{"a", 3}, {"b", 3}}), addData(input, {{"a", 9}}),
                  test::closeBatch(), expectAnyOrder(outputs, {{"a", 3}, {"a", 9}, {"b", 3}}), test::stop()});
    for (const auto& output : outputs.all()) EXPECT_EQ(output.partitions.size(), 3U);
    EXPECT_EQ(folded.sorted()[1], (std::vector<Sum>{{"a", 12}, {"b", 3}}));
    EXPECT_EQ(plain.all()[1].partitions.size(), 2 * plain.all()[0].partitions.size());
  });
}

TEST(Window, OfReducedBatchesIsJoinedWithoutAShuffle) {
  using Number = std::pair<int, int>;
  int stages = 0;
  auto engine = std::make_shared<core::Engine>(std::make_unique<StagesOfStreams>(stages), 2,
                                               std::make_shared<LocalFileSystem>());
  StreamTest running(engine, {});
  auto sums = running.source<Number>(test::batches<Number>({{{1, 1}, {1, 2}}, {{1, 4}, {2, 5}}}))
                  .reduceByKey(std::plus<>{}, 3);
  auto window = sums.window(Seconds(2));
  int before = 0, after = 0;
  std::vector<std::pair<int, Number>> joined;
  window.transformWith(sums, [](const RDD<Number>& a, const RDD<Number>& b) { return a.join(b); })
      .foreachRDD([&](const RDD<std::pair<int, Number>>& rdd, Time time) {
        if (time != Time(2000)) return;
        before = stages;
        joined = rdd.collect();
        after = stages;
      });
  running.run(2);
  std::ranges::sort(joined);
  EXPECT_EQ(joined, (std::vector<std::pair<int, Number>>{{1, {3, 4}}, {1, {4, 4}}, {2, {5, 5}}}));
  EXPECT_EQ(after - before, 3) << "the reduction of either batch, and the result";
}

TEST(Window, OfAllTimeKeepsTheOldestBatch) {
  constexpr Duration kEver(std::numeric_limits<std::int64_t>::max() / 1000 * 1000);
  test::inBothModes([&](const StreamOptions& options) {
    StreamTest running(options);
    auto input = running.input<std::pair<int, int>>();
    auto all = running.collect(input.stream.window(kEver).map([](const auto& kv) { return kv.second; }));
    auto nested = running.collect(input.stream.window(kEver).window(kEver).count());
    auto counts = running.collect(input.stream.countByWindow(kEver, Seconds(1)));
    auto most = running.collect(
        input.stream.reduceByKeyAndWindow([](int a, int b) { return std::max(a, b); }, kEver));
    auto never = running.collect(input.stream.window(kEver, kEver));
    running.start();
    for (int batch = 1; batch <= 6; ++batch) {
      input.feed->add({{0, batch == 1 ? 100 : batch}});
      running.advance();
    }
    running.stop();
    EXPECT_EQ(all.sorted().back(), (std::vector<int>{2, 3, 4, 5, 6, 100}));
    EXPECT_EQ(nested.records().back(), (std::vector<std::int64_t>{21}));
    EXPECT_EQ(counts.records().back(), (std::vector<std::int64_t>{6}));
    EXPECT_EQ(most.records().back(), (std::vector<std::pair<int, int>>{{0, 100}}));
    EXPECT_TRUE(never.all().empty());
  });
}

}  // namespace
}  // namespace millrace
