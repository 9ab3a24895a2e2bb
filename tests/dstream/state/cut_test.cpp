#include <millrace/dstream/core/cuts.hpp>

#include "stateful_programs.hpp"
#include "support/played.hpp"
#include "support/seed.hpp"

#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::MemoryStore;
using test::optionsOf;
using test::Pair;
using test::Played;
using Batches = test::PairBatches;

/// A program whose batches are made by hand, and whose jobs are run by hand.
class ByHand {
 public:
  explicit ByHand(
      const Batches& in, std::function<bool(Time)> wanted = [](Time) { return true; })
      : store(std::make_shared<MemoryStore>(std::move(wanted))),
        graph_(std::make_shared<core::StreamGraph>(test::makeEngine({.partitions = 2}), Seconds(1))) {
    graph_->setCheckpointDirectory("checkpoint");
    graph_->setCutSink(store);
    auto source = std::make_shared<test::detail::BatchesSource<Pair>>(graph_, in, 2);
    graph_->addInput(source);
    const DStream<Pair> pairs(source);
    show(pairs.updateStateByKey(&total));
    show(counted(pairs).stateSnapshots());
    show(pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(4), Seconds(2)));
    show(pairs.window(Seconds(2)));
    graph_->validate();
    graph_->start(Time(0));
  }

  void make(int batches) {
    for (int second = 1; second <= batches; ++second)
      jobs_.push_back(graph_->generateJobs(Time(second * 1000)));
  }
  void runOutputs(int second) {
    for (const core::Job& job : jobsOf(second))
      if (!isCut(job)) job.run();
  }
  void runCut(int second) {
    for (const core::Job& job : jobsOf(second))
      if (isCut(job)) job.run();
  }

  const std::shared_ptr<MemoryStore> store;
  std::vector<std::vector<Pair>> shown;

 private:
  static bool isCut(const core::Job& job) { return job.output->kind == "cutting its states"; }
  const std::vector<core::Job>& jobsOf(int second) const {
    return jobs_.at(static_cast<std::size_t>(second - 1));
  }
  void show(const DStream<Pair>& stream) {
    stream.foreachRDD([this](const RDD<Pair>& rdd) {
      shown.push_back(rdd.collect());
      std::ranges::sort(shown.back());
    });
  }

  const std::shared_ptr<core::StreamGraph> graph_;
  std::vector<std::vector<core::Job>> jobs_;
};

class CutsByHand : public ::testing::Test {
 protected:
  static constexpr int kMade = 8;

  CutsByHand() {
    for (int second = 1; second <= kMade; ++second) {
      ByHand until(in, [second](Time time) { return time == Time(second * 1000); });
      until.make(second);
      for (int batch = 1; batch <= second; ++batch) until.runOutputs(batch);
      until.runCut(second);
      expected.push_back(until.store->at(Time(second * 1000)));
      if (second == kMade) inOrder.shown = until.shown;
    }
  }
  const std::map<int, MemoryStore::Entries>& expectedAt(int second) const {
    return expected.at(static_cast<std::size_t>(second - 1));
  }

  const test::Seed seed;
  std::mt19937_64 random{seed};
  const Batches in = test::randomBatches(random, kMade);
  ByHand inOrder{in};
  /// What the only cut of a program holds, and so a whole one, whose batches are made no further: by its second.
  std::vector<std::map<int, MemoryStore::Entries>> expected;
};

TEST_F(CutsByHand, HoldNothingOfBatchesThatAreMadeAlready) {
  ByHand program(in);
  program.make(kMade);
  for (int second = 1; second <= kMade; ++second) {
    program.runOutputs(second);
    program.runCut(second);
  }
  EXPECT_EQ(program.shown, inOrder.shown);
  for (int second = 1; second <= kMade; ++second)
    EXPECT_EQ(program.store->at(Time(second * 1000)), expectedAt(second)) << second;
}

TEST_F(CutsByHand, HoldNothingOfBatchesThatHaveChangedTheStatesAlready) {
  ByHand program(in);
  program.make(kMade);
  program.runOutputs(kMade);
  for (int second = 1; second <= kMade; ++second) program.runCut(second);
  for (int second = 1; second <= kMade; ++second)
    EXPECT_EQ(program.store->at(Time(second * 1000)), expectedAt(second)) << second;
}

TEST_F(CutsByHand, ThatALaterOneOvertakesAreInThatOne) {
  ByHand program(in);
  program.make(kMade);
  program.runCut(5);
  program.runCut(3);
  program.runCut(kMade);
  ASSERT_EQ(program.store->cuts().size(), 2U);
  EXPECT_EQ(program.store->at(Time(5000)), expectedAt(5));
  EXPECT_EQ(program.store->at(Time(kMade * 1000)), expectedAt(kMade));
}

/// Each cut of a program: how many entries of the tables of an operator it has, removed ones too, and whether it is whole.
std::vector<std::size_t> changesOf(const MemoryStore& store, int state) {
  std::vector<std::size_t> changes;
  for (const MemoryStore::Cut& cut : store.cuts()) {
    changes.push_back(0);
    for (const core::StatePart& part : cut.parts)
      if (part.state->id == state) changes.back() += part.delta->changes() - (part.partition == 0 ? 1 : 0);
  }
  return changes;
}

template <class S>
struct Holder {
  S held;
};
struct Comparable {
  int held;
  bool operator==(const Comparable&) const = default;
};

/// The state of each key is what is made of its newest value.
template <class Make>
auto newest(const DStream<Pair>& pairs, Make make) {
  using State = std::invoke_result_t<Make, int>;
  return pairs
      .updateStateByKey([make](std::span<const int> values, std::optional<State> old) {
        return values.empty() ? old : std::optional(make(values.back()));
      })
      .map([](const auto& kv) { return kv.first; });
}

TEST(CutsOfStates, HoldWhatHasChangedOnly) {
  std::vector<Pair> many;
  for (int i = 0; i < 100; ++i) many.emplace_back("key " + std::to_string(i), 2);
  const Batches in{many, {{{"key 7", 4}, {"key 9", 6}}}, Batches::value_type::value_type(), {{{"key 7", 8}}}};
  const std::vector<std::size_t> expected{100, 2, 0, 1, 0};
  for (const StreamingMode mode : test::kModes) {
    Played run(
        [](Played& building, const DStream<Pair>& pairs) {
          building.show("by ==", newest(pairs, [](int value) { return Comparable{value}; }));
          building.show("by bytes", newest(pairs, [](int value) { return Holder<int>{value}; }));
          building.show("by bytes of elements",
                        newest(pairs, [](int value) { return std::vector<Holder<int>>{{value}}; }));
          auto last = [](const std::string&, std::optional<int> value, State<int>& state) {
            state.update(*value);
            return 0;
          };
          building.show("mapped", pairs.mapWithState(StateSpec::function(last)));
        },
        in, optionsOf(mode, 2, 0), std::nullopt, std::make_shared<MemoryStore>());
    run.play(5);
    int states = 0;
    for (const core::StreamPtr& stream : run.graph->reachable()) {
      if (!stream->keepsState()) continue;
      const auto changes = changesOf(*run.store, stream->info()->id);
      ++states;
      EXPECT_EQ(changes, expected) << stream->info()->describe();
    }
    EXPECT_EQ(states, 4);
  }
}

TEST(CutsOfStates, NameTypesThatDoNotFit) {
  const Batches in{{{{"a", 1}}}};
  const auto sums = [](Played& run, const DStream<Pair>& pairs) {
    run.show("sums", pairs.updateStateByKey(&total));
  };
  const auto texts = [](Played& run, const DStream<Pair>& pairs) {
    run.show("texts", pairs.updateStateByKey([](std::span<const int>, std::optional<std::string> old) {
      return old ? old : std::optional<std::string>("new");
    }));
  };
  Played before(sums, in, optionsOf(StreamingMode::kMicroBatch, 2, 0), std::nullopt,
                std::make_shared<MemoryStore>());
  before.play(1);
  Played after(texts, in, optionsOf(StreamingMode::kMicroBatch, 2, 1),
               before.store->resumed(*before.graph, Time(1000)));
  try {
    after.play(1);
    FAIL();
  } catch (const IllegalArgument& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("updateStateByKey #1 was kept as "), std::string::npos) << what;
    EXPECT_NE(what.find("std::string to int, and is one of std::string to std::string"), std::string::npos)
        << what;
  }
}

struct Opaque {
  explicit Opaque(int* given) : pointer(given) {}
  int* pointer;
};

TEST(CutsOfStates, AreRefusedForTypesThatCannotBeWritten) {
  const auto program = [](Played& run, const DStream<Pair>& pairs) {
    auto states = pairs.updateStateByKey(
        [](std::span<const int>, std::optional<Opaque>) { return std::optional<Opaque>(Opaque(nullptr)); });
    run.show("keys", states.map([](const auto& kv) { return kv.first; }));
  };
  Played without(program, {}, optionsOf(StreamingMode::kMicroBatch, 2, 0));
  without.play(1);
  Played with(program, {}, optionsOf(StreamingMode::kMicroBatch, 2, 0), std::nullopt,
              std::make_shared<MemoryStore>());
  try {
    with.play(1);
    FAIL();
  } catch (const Unsupported& error) {
    EXPECT_NE(std::string(error.what()).find("Opaque cannot be written: give the type"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace millrace
