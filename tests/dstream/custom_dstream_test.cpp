#include <millrace/dstream/custom_dstream.hpp>

#include "support/script.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;

/// The RDD of the batch before, each time.
class Before final : public CustomDStream<int> {
 public:
  explicit Before(DStream<int> parent) : parent_(std::move(parent)) {}
  std::vector<core::StreamPtr> dependencies() const override { return {parent_.node()}; }
  Duration slideDuration() const override { return parent_.slideDuration(); }
  Duration lookBack() const override { return slideDuration(); }
  std::string kind() const override { return "before"; }
  std::optional<RDD<int>> compute(Time time) override { return parent_.getOrCompute(time - slideDuration()); }

 private:
  DStream<int> parent_;
};

class WithoutParents final : public CustomDStream<int> {
 public:
  std::vector<core::StreamPtr> dependencies() const override { return {}; }
  Duration slideDuration() const override { return Seconds(1); }
  std::optional<RDD<int>> compute(Time) override { return std::nullopt; }
};

TEST(CustomDStream, IsAnOperatorOfTheUsersOwn) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto before = customDStream(std::make_shared<Before>(numbers.stream));
    auto seen = running.collect(before.map([](int x) { return -x; }));
    running.play({start(), addData(numbers, {1, 2}), closeBatch(), expectNothing(seen), addData(numbers, {3}),
                  closeBatch(), expect(seen, {-1, -2}), closeBatch(), expect(seen, {-3}), closeBatch(),
                  expect(seen, {}), stop()});
    EXPECT_EQ(before.node()->info()->describe(), "before #1");
    EXPECT_EQ(numbers.stream.node()->rememberDuration(), Seconds(2));
  });
}

TEST(CustomDStream, NeedsAParent) {
  EXPECT_THROW(customDStream(std::make_shared<WithoutParents>()), IllegalArgument);
}

}  // namespace
}  // namespace millrace
