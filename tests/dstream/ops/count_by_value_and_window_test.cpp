#include <millrace/dstream/ops/count_by_value_and_window.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(CountByValueAndWindow, DropsWhatHasLeft) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>();
    auto counts = running.collect(texts.stream.countByValueAndWindow(Seconds(2), Seconds(1), 3));
    running.play({start(), closeBatch(), expect(counts, {}), addData(texts, {"a", "b", "a"}), closeBatch(),
                  expectAnyOrder(counts, {{"a", 2}, {"b", 1}}), addData(texts, {"a"}), closeBatch(),
                  expectAnyOrder(counts, {{"a", 3}, {"b", 1}}), noRdd(texts), closeBatch(),
                  expect(counts, {{"a", 1}}), closeBatch(), expect(counts, {}), stop()});
    EXPECT_EQ(counts.all()[0].partitions.size(), 3U);
  });
}

}  // namespace
}  // namespace millrace
