#include <millrace/dstream/core/stream_graph.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::StreamTest;
using Pair = std::pair<std::string, int>;
using Strings = std::vector<std::string>;

/// The jobs that have made states which no output had read, each with its batch.
class StateJobs final : public StreamingListener {
 public:
  void onOutputOperationCompleted(const OutputOperationInfo& job) override {
    if (job.name == "updateStateByKey") all.push_back(job.description + " at " + job.batchTime.toString());
  }
  Strings all;
};

std::optional<int> countBatches(std::span<const int>, std::optional<int> before) {
  return before.value_or(0) + 1;
}

DStream<Pair> onePair(StreamTest& running) { return running.source<Pair>(test::batches<Pair>({{{"a", 1}}})); }

TEST(UnreadState, IsMadeByAJobOfItsOwn) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.mode = mode});
    auto jobs = std::make_shared<StateJobs>();
    running.context().addStreamingListener(jobs);
    std::vector<Pair> last;
    onePair(running).updateStateByKey(&countBatches).foreachRDD([&](const RDD<Pair>& rdd, Time time) {
      if (time == Time(45'000)) last = rdd.collect();
    });
    running.run(45);
    EXPECT_EQ(jobs->all, (Strings{"updateStateByKey #1 at 20000 ms", "updateStateByKey #1 at 40000 ms"}));
    EXPECT_EQ(last, (std::vector<Pair>{{"a", 45}}));
  }
}

TEST(UnreadState, IsNoneThatAnOutputReads) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.mode = mode});
    auto jobs = std::make_shared<StateJobs>();
    running.context().addStreamingListener(jobs);
    running.collect(onePair(running).updateStateByKey(&countBatches));
    running.run(45);
    EXPECT_EQ(jobs->all, Strings{});
  }
}

TEST(UnreadState, FailsItsBatch) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.shape = {.partitions = 1}, .mode = mode});
    onePair(running)
        .updateStateByKey([](std::span<const int>, std::optional<int>) -> std::optional<int> {
          throw std::runtime_error("thirteen");
        })
        .foreachRDD([](const RDD<Pair>&) {});
    EXPECT_EQ(running.failureOf(20),
              "batch 20000 ms, updateStateByKey #1: updateStateByKey #1 failed in partition 0: thirteen");
  }
}

TEST(UnreadState, IsMadeWhereNoBatchCanMakeItsJobs) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.shape = {.partitions = 1}, .mode = mode});
    auto pairs = onePair(running);
    auto calls = std::make_shared<int>(0);
    pairs
        .updateStateByKey([calls](std::span<const int>, std::optional<int> before) {
          ++*calls;
          return std::optional(before.value_or(0));
        })
        .foreachRDD([](const RDD<Pair>&) {});
    pairs.transform([](const RDD<Pair>&) -> RDD<Pair> { throw std::runtime_error("no jobs"); })
        .foreachRDD([](const RDD<Pair>&) {});
    EXPECT_NE(running.failureOf(25).find("no jobs"), std::string::npos);
    EXPECT_EQ(*calls, 20);
  }
}

}  // namespace
}  // namespace millrace
