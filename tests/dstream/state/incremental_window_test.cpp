#include <millrace/dstream/state/window_fold.hpp>

#include <millrace/base/error.hpp>

#include "support/counted.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::Batches;
using test::StreamOptions;
using test::StreamTest;
using Pair = std::pair<std::string, int>;
using Windows = std::vector<std::vector<Pair>>;

const Batches<Pair> kGrowing =
    test::batches<Pair>({{{"a", 1}}, {{"a", 2}, {"b", 1}}, {{"b", 2}}, {{"c", 7}}, {}, {}});
// Sums of two batches.
const Windows kTwoBatches{{{"a", 1}},
                          {{"a", 3}, {"b", 1}},
                          {{"a", 2}, {"b", 3}},
                          {{"a", 0}, {"b", 2}, {"c", 7}},
                          {{"a", 0}, {"b", 0}, {"c", 7}},
                          {{"a", 0}, {"b", 0}, {"c", 0}}};

DStream<Pair> sums(const DStream<Pair>& stream, Duration window = Seconds(2)) {
  return stream.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, window);
}

std::vector<Pair> sorted(std::vector<Pair> records) {
  std::ranges::sort(records);
  return records;
}

TEST(IncrementalWindow, KeepsWhatTheProgramKeeps) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    std::vector<RDD<Pair>> kept;
    std::vector<RDD<int>> derived;
    auto window = sums(running.source<Pair>(kGrowing));
    window.foreachRDD([&](const RDD<Pair>& rdd) { kept.push_back(rdd); });
    window.foreachRDD([&](const RDD<Pair>& rdd) {
      rdd.count();
      derived.push_back(rdd.map([](const Pair& kv) { return kv.second; }));
    });
    running.start();
    running.advance(6);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      EXPECT_EQ(sorted(kept[i].collect()), kTwoBatches[i]) << "window " << i;
      EXPECT_EQ(sorted(kept[i].collect()), kTwoBatches[i]) << "window " << i << ", read again";
      EXPECT_EQ(derived[i].count(), static_cast<std::int64_t>(kTwoBatches[i].size()));
    }
    running.stop();
  });
}

TEST(IncrementalWindow, MayBeKeptWithoutHavingBeenRead) {
  StreamTest running;
  std::optional<RDD<Pair>> third;
  sums(running.source<Pair>(kGrowing)).foreachRDD([&](const RDD<Pair>& rdd, Time time) {
    if (time == Time(3000)) third = rdd;
  });
  running.start();
  running.advance(6);
  EXPECT_EQ(sorted(third->collect()), kTwoBatches[2]);
  running.stop();
}

TEST(IncrementalWindow, MayBeReadWhileTheNextOneSlides) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    Batches<Pair> in(20);
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i].emplace();
      for (int key = 0; key < 50; ++key) in[i]->emplace_back("key " + std::to_string(key), 1);
    }
    StreamTest running(options);
    std::vector<std::future<std::vector<Pair>>> readers;
    sums(running.source<Pair>(in)).foreachRDD([&](const RDD<Pair>& rdd) {
      readers.push_back(std::async(std::launch::async, [rdd] { return rdd.collect(); }));
    });
    running.start();
    running.advance(20);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const auto records = readers[i].get();
      EXPECT_EQ(records.size(), 50u);
      for (const auto& [key, value] : records) EXPECT_EQ(value, i == 0 ? 1 : 2) << key << " of window " << i;
    }
    running.stop();
  });
}

TEST(IncrementalWindow, ServesWhatIsBuiltOnIt) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto window = sums(running.source<Pair>(kGrowing));
    auto twice = running.collect(window.window(Seconds(2)).reduceByKey(std::plus<>{}));
    auto plain = running.collect(window);
    auto again = running.collect(window.map([](const Pair& kv) { return kv; }).reduceByKey(std::plus<>{}));
    running.run(6);
    EXPECT_EQ(plain.sorted(), kTwoBatches);
    EXPECT_EQ(again.sorted(), kTwoBatches);
    EXPECT_EQ(twice.sorted()[2], (std::vector<Pair>{{"a", 5}, {"b", 4}}));
    EXPECT_EQ(twice.sorted()[5], (std::vector<Pair>{{"a", 0}, {"b", 0}, {"c", 7}}));
  });
}

TEST(IncrementalWindow, OverAnother) {
  StreamTest running;
  auto outputs = running.collect(
      sums(sums(running.source<Pair>(test::batches<Pair>({{{"a", 1}}, {{"a", 2}}, {{"a", 4}}})))));
  running.run(6);
  EXPECT_EQ(outputs.records(),
            (Windows{{{"a", 1}}, {{"a", 4}}, {{"a", 9}}, {{"a", 10}}, {{"a", 4}}, {{"a", 0}}}));
}

TEST(IncrementalWindow, CanBeSlicedAsFarAsItRemembers) {
  StreamTest running;
  auto window = sums(running.source<Pair>(kGrowing));
  running.collect(window);
  running.context().remember(Seconds(4));
  running.start();
  running.advance(5);
  auto rdds = window.slice(Time(2000), Time(4000));
  ASSERT_EQ(rdds.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(sorted(rdds[i].collect()), kTwoBatches[i + 1]);
  running.stop();
}

TEST(IncrementalWindow, SaysWhatToDoAboutAWindowThatHasMovedOn) {
  StreamTest running;
  auto window = sums(running.source<Pair>(kGrowing));
  running.collect(window);
  running.start();
  running.advance(2);
  auto now = window.slice(Time(2000), Time(2000));
  running.advance();
  try {
    now.at(0).collect();
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_STREQ(
        error.what(),
        "a task failed in partition 0: the RDD of reduceByKeyAndWindow #2 has moved on: persist() the "
        "stream to read it after the next batch");
  }
  running.stop();
}

TEST(IncrementalWindow, IsReadAfterTheNextSlideIfPersisted) {
  StreamTest running;
  auto window = sums(running.source<Pair>(kGrowing)).persist();
  running.collect(window);
  running.start();
  running.advance(2);
  auto now = window.slice(Time(2000), Time(2000));
  running.advance();
  EXPECT_EQ(sorted(now.at(0).collect()), kTwoBatches[1]);
  running.stop();
}

TEST(IncrementalWindow, IsRightWhenBatchesRunAtOnce) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    options.conf = {{"spark.streaming.concurrentJobs", "3"}};
    StreamTest running(options);
    auto window = sums(running.source<Pair>(kGrowing));
    auto one = running.collect(window), other = running.collect(window);
    running.start();
    running.moveTo(6000);
    running.stop();
    for (const auto& outputs : {one, other}) {
      ASSERT_EQ(outputs.all().size(), 6u);
      for (const auto& output : outputs.all())
        EXPECT_EQ(sorted(output.records()), kTwoBatches[static_cast<std::size_t>(output.time / 1000 - 1)]);
    }
  });
}

// The clock jumps: at most ten ticks are made up, the rest is skipped. What lies in skipped batches leaves, too.
TEST(IncrementalWindow, SurvivesSkippedBatches) {
  for (int window : {3, 12, 60}) {
    SCOPED_TRACE(window);
    StreamTest running;
    RDDQueue<Pair> queue;
    auto push = [&](const std::string& key) {
      queue += running.context().sparkContext().makeRDD(std::vector<Pair>{{key, 1}}, 1);
    };
    auto source = running.context().queueStream(queue);
    auto nonZero = [](const Pair& kv) { return kv.second != 0; };
    auto incremental = running.collect(
        source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(window), Seconds(1), 2, nonZero));
    auto plain = running.collect(source.reduceByKeyAndWindow(std::plus<>{}, Seconds(window)));
    running.start();
    for (int i = 0; i < 4; ++i) {
      push("before");
      running.advance();
    }
    for (int i = 0; i < 40; ++i) push("meanwhile");
    running.moveTo(30'000);
    running.advance(70);
    running.stop();
    EXPECT_LT(incremental.times().size(), 100u) << "some were skipped";
    EXPECT_EQ(incremental.times(), plain.times());
    EXPECT_EQ(incremental.sorted(), plain.sorted());
  }
}

// A batch whose jobs could not be made because of another output is not lost for the window.
TEST(IncrementalWindow, SurvivesABatchWhoseJobsWereNotMade) {
  StreamTest running;
  auto outputs = running.collect(sums(running.source<Pair>(kGrowing)));
  struct Broken final : core::InputNode {
    explicit Broken(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Broken stream") {}
    core::NodePtr compute(Time time) override {
      if (time == Time(1000) || time == Time(3000)) throw std::runtime_error("no listing");
      return nullptr;
    }
  };
  auto broken = std::make_shared<Broken>(running.context().graph());
  running.context().inputStream<int>(broken).foreachRDD([](const RDD<int>&) {});
  running.failureOf(4);
  EXPECT_EQ(outputs.sorted(), (Windows{kTwoBatches[1], kTwoBatches[3]}));
}

// A parent that fails at the first time: the next window still has what it held.
TEST(IncrementalWindow, BeginsWithAllThatItsWindowHolds) {
  StreamTest running;
  struct Late final : core::InputNode {
    explicit Late(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Late stream") {}
    core::NodePtr compute(Time time) override {
      if (time == Time(1000) && !failed) {
        failed = true;
        throw std::runtime_error("not yet");
      }
      return test::rddOf<Pair>(graph()->engine(), {{"a", static_cast<int>(time.milliseconds() / 1000)}}, 1)
          .node();
    }
    bool failed = false;
  };
  auto source = running.context().inputStream<Pair>(std::make_shared<Late>(running.context().graph()));
  auto outputs = running.collect(sums(source));
  EXPECT_EQ(running.failureOf(4), "batch 1000 ms, making its jobs: not yet");
  EXPECT_EQ(outputs.records(), (Windows{{{"a", 3}}, {{"a", 5}}, {{"a", 7}}}));
}

TEST(IncrementalWindow, AFailureOfTheParentIsReportedAsItsOwn) {
  StreamTest running({.shape = {.partitions = 1}});
  auto refused = std::make_shared<std::atomic<bool>>(true);
  auto source = running.source<Pair>(kGrowing).map([refused](const Pair& kv) {
    if (kv.first == "b" && *refused) throw std::runtime_error("b is refused");
    return kv;
  });
  auto outputs = running.collect(sums(source));
  running.start();
  running.advance(3);
  *refused = false;
  running.advance(3);
  try {
    running.stop();
    FAIL();
  } catch (const BatchFailure& failure) {
    EXPECT_STREQ(failure.what(), "batch 3000 ms, foreachRDD #4: map #1 failed in partition 0: b is refused");
  }
  EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000, 4000, 5000, 6000}))
      << "once it works, nothing is missing";
  EXPECT_EQ(outputs.sorted().back(), kTwoBatches[5]);
}

struct Failing {
  std::string operation;
  std::function<int(int, int)> reduce, inverse;
};

TEST(IncrementalWindow, AFailureOfItsFunctionsEndsTheWindow) {
  auto fail = [](const std::string& what) {
    return [what](int, int) -> int { throw std::runtime_error("no " + what); };
  };
  for (const auto& [operation, reduce, inverse] :
       {Failing{"sum", fail("sum"), std::minus<>{}},
        Failing{"difference", std::plus<>{}, fail("difference")}}) {
    StreamTest running({.shape = {.partitions = 1}});
    auto source = running.source<Pair>(test::batches<Pair>({{{"a", 1}}, {{"a", 2}}, {{"b", 3}}, {{"c", 4}}}));
    auto outputs = running.collect(source.reduceByKeyAndWindow(reduce, inverse, Seconds(2)));
    EXPECT_EQ(running.failureOf(5),
              "batch 5000 ms, foreachRDD #3: reduceByKeyAndWindow #2 failed in partition 0: no " + operation);
    const std::size_t good = operation == "sum" ? 1 : 2;
    EXPECT_EQ(outputs.all().size(), good) << "every later window is reported as failed, none is wrong";
  }
}

TEST(IncrementalWindow, AFilterThatDropsWhatItHoldsIsReported) {
  StreamTest running({.shape = {.partitions = 1}});
  auto source = running.source<Pair>(test::batches<Pair>({{{"a", 1}}, {}, {}, {}}));
  running.collect(source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Seconds(1), 1,
                                              [](const Pair&) { return false; }));
  EXPECT_EQ(
      running.failureOf(4),
      "batch 4000 ms, foreachRDD #3: reduceByKeyAndWindow #2 failed in partition 0: a value leaves the "
      "window whose key the window does not hold: the filter dropped a key that still had values in it, "
      "equal keys have different hashes, or a key does not equal itself: compare its numbers with "
      "millrace::NaturalEqual, by which NaN equals NaN");
}

TEST(IncrementalWindow, AFilterMayLookAtTheKey) {
  StreamTest running;
  auto source = running.source<Pair>(test::batches<Pair>({{{"a", 1}, {"b", 5}}, {{"b", -5}}, {}, {}}));
  auto outputs = running.collect(
      source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Seconds(1), 2,
                                  [](const Pair& kv) { return kv.first == "b" || kv.second != 0; }));
  running.run(4);
  EXPECT_EQ(outputs.sorted(), (Windows{{{"a", 1}, {"b", 5}}, {{"a", 1}, {"b", 0}}, {{"b", -5}}, {{"b", 0}}}));
}

// Functions are copied per task: one that counts its calls is nobody else's.
TEST(IncrementalWindow, GivesEachTaskFunctionsOfItsOwn) {
  StreamTest running({.shape = {.partitions = 4, .threads = 4}});
  Batches<std::pair<int, long>> in(10);
  for (auto& batch : in) {
    batch.emplace();
    for (int key = 0; key < 200; ++key) batch->emplace_back(key, 1);
  }
  auto counting = [calls = std::vector<int>()](long a, long b) mutable {
    calls.push_back(0);
    return a + b;
  };
  auto source = running.source<std::pair<int, long>>(in);
  auto outputs = running.collect(source.reduceByKeyAndWindow(counting, std::minus<>{}, Seconds(5)));
  running.run(10);
  const auto windows = outputs.records();
  ASSERT_EQ(windows.size(), 10u);
  for (const auto& [key, value] : windows.back()) EXPECT_EQ(value, 5) << key;
}

// An output may look at its RDD now and then only; windows nobody reads must not pile up.
TEST(IncrementalWindow, IsReadAfterManyThatWereNot) {
  StreamTest running({.batch = Milliseconds(1)});
  Batches<Pair> in(3'000, std::vector<Pair>{{"a", 1}});
  std::vector<std::vector<Pair>> read;
  sums(running.source<Pair>(in, 1), Milliseconds(5)).foreachRDD([&](const RDD<Pair>& rdd, Time time) {
    if (time.milliseconds() % 1'000 == 0) read.push_back(rdd.collect());
  });
  running.run(3'000);
  EXPECT_EQ(read, (Windows{{{"a", 5}}, {{"a", 5}}, {{"a", 5}}}));
}

TEST(IncrementalWindow, HoldsNoMoreThanItsWindow) {
  using test::Counted;
  auto held = [](int batches) {
    const long before = Counted::live();
    StreamTest running;
    auto source = running.source<int>(Batches<int>(100, std::vector<int>{1, 2, 3}), 1);
    auto window = source.map([](int x) { return std::pair(x, Counted(x)); })
                      .reduceByKeyAndWindow([](Counted a, const Counted&) { return a; },
                                            [](Counted a, const Counted&) { return a; }, Seconds(4));
    window.foreachRDD([](const auto& rdd) { rdd.count(); });
    running.start();
    running.advance(batches);
    const long now = Counted::live() - before;
    running.stop();
    return now;
  };
  const long after30 = held(30);
  EXPECT_GT(after30, 0);
  EXPECT_EQ(held(90), after30);
}

// A table that somebody may still read is copied when the window slides; one that nobody reads any more must not be.
TEST(IncrementalWindow, SlidesWithoutACopy) {
  using test::Counted;
  constexpr int kKeys = 1000, kSlides = 3;
  for (bool isReadEarly : {false, true}) {
    SCOPED_TRACE(isReadEarly ? "read by a transform" : "read by an output");
    StreamTest running;
    Batches<int> in{std::vector<int>(kKeys)};
    std::iota(in[0]->begin(), in[0]->end(), 0);
    auto window = running.source<int>(in)
                      .map([](int x) { return std::pair(x, Counted(x)); })
                      .reduceByKeyAndWindow([](Counted a, const Counted&) { return a; },
                                            [](Counted a, const Counted&) { return a; }, Seconds(10));
    auto read = [](const auto& rdd) { return rdd.map([](const auto& kv) { return kv.first; }); };
    running.collect(isReadEarly ? window.transform(read)
                                : window.map([](const auto& kv) { return kv.first; }));
    running.start();
    running.advance(2);
    const long held = Counted::live();
    EXPECT_GE(held, kKeys);
    Counted::reset();
    running.advance(kSlides);
    EXPECT_EQ(Counted::live(), held);
    EXPECT_LT(Counted::peak(), held + kKeys);
    running.stop();
  }
}

}  // namespace
}  // namespace millrace
