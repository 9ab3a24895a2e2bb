#include <millrace/dstream/ops.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(StreamPersist, ComputesEachBatchOnceForAllItsOutputs) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    auto calls = std::make_shared<std::atomic<int>>(0);
    StreamTest running(options);
    auto lines =
        running.source<std::string_view>(test::batches<std::string>({{"a", "a text of some length"}, {"c"}}));
    auto counted = lines.map([calls](std::string_view text) {
      ++*calls;
      return text;
    });
    counted.persist();
    auto one = running.collect(counted), other = running.collect(counted);
    running.run(3);
    EXPECT_EQ(one.records(),
              (std::vector<std::vector<std::string>>{{"a", "a text of some length"}, {"c"}, {}}));
    EXPECT_EQ(other.records(), one.records());
    EXPECT_EQ(*calls, 3);
  });
}

TEST(StreamPersist, HasTheLevelThatWasAskedFor) {
  StreamTest running;
  EXPECT_EQ(running.source<int>({}).persist().node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  EXPECT_EQ(running.source<int>({}).cache().node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  EXPECT_EQ(running.source<int>({}).persist(StorageLevel::MEMORY_ONLY).node()->storageLevel(),
            StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(running.source<int>({}).node()->storageLevel(), StorageLevel::NONE);
}

TEST(StreamPersist, OfAWindowIsOfTheStreamBelowIt) {
  StreamTest running;
  auto pairs = running.source<std::pair<int, int>>({});
  auto window = pairs.window(Seconds(2));
  window.persist(StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
  EXPECT_EQ(pairs.node()->storageLevel(), StorageLevel::MEMORY_ONLY);

  auto kept = pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2));
  const auto& reduced = *kept.node()->parents()[0];
  EXPECT_EQ(kept.node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  EXPECT_EQ(reduced.storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  kept.persist(StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(kept.node()->storageLevel(), StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(reduced.storageLevel(), StorageLevel::MEMORY_ONLY) << "what the window is made of";
}

}  // namespace
}  // namespace millrace
