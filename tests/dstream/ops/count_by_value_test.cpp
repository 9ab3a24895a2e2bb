#include <millrace/dstream/ops/count_by_value.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(StreamCountByValue, CountsEachRecord) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto byDefault = running.collect(texts.stream.countByValue());
    auto inThree = running.collect(texts.stream.countByValue(3));
    running.play({start(), addData(texts, {"a", "b", "a"}), closeBatch(),
                  expectAnyOrder(byDefault, {{"a", 2}, {"b", 1}}),
                  expectAnyOrder(inThree, {{"a", 2}, {"b", 1}}), closeBatch(), expect(byDefault, {}),
                  expect(inThree, {}), noRdd(texts), closeBatch(), expectNothing(byDefault), stop()});
    EXPECT_EQ(byDefault.all()[0].partitions.size(), static_cast<std::size_t>(options.shape.partitions));
    EXPECT_EQ(inThree.all()[0].partitions.size(), 3U);
  });
}

TEST(StreamCountByValue, TakesRecordsOfAnyTypeWithAHash) {
  using Record = std::pair<std::string, std::vector<int>>;
  StreamTest running;
  auto records = running.source<Record>(batches<Record>({{{"a", {1}}, {"a", {1, 2}}, {"a", {1}}}}));
  auto counts = running.collect(records.countByValue(1));
  running.run(1);
  EXPECT_EQ(counts.sorted()[0],
            (std::vector<std::pair<Record, std::int64_t>>{{{"a", {1}}, 2}, {{"a", {1, 2}}, 1}}));
}

}  // namespace
}  // namespace millrace
