#include <millrace/dstream/ops.hpp>

#include "support/engines.hpp"
#include "support/seed.hpp"

#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Pair = std::pair<std::string, int>;
using Batches = std::vector<std::optional<std::vector<Pair>>>;

class Batched final : public InputNode {
 public:
  Batched(const std::shared_ptr<StreamGraph>& graph, const Batches& in)
      : InputNode(graph, "Batched"), in_(in) {}

 protected:
  NodePtr compute(Time time) override {
    const auto& batch = in_.at(static_cast<std::size_t>(time.milliseconds() / 1000 - 1));
    EXPECT_TRUE(asked_.insert(time.milliseconds()).second) << "asked twice for " << time;
    return batch ? test::rddOf<Pair>(graph()->engine(), *batch, 2).node() : nullptr;
  }

 private:
  const Batches& in_;
  std::set<std::int64_t> asked_;
};

/// One run of a program: a graph whose batches are made by hand, one second each, from time 0 on.
class Played {
 public:
  using Program = std::function<void(Played&, const DStream<Pair>&)>;

  Played(const Batches& in, const Program& program)
      : graph_(std::make_shared<StreamGraph>(test::makeEngine({.partitions = 2}), Seconds(1))) {
    graph_->setCheckpointDirectory("checkpoint");
    auto source = std::make_shared<Batched>(graph_, in);
    graph_->addInput(source);
    program(*this, DStream<Pair>(source));
    graph_->validate();
    graph_->start(Time(0));
  }

  template <class T>
  void show(const std::string& name, const DStream<T>& stream) {
    stream.foreachRDD([this, name](const RDD<T>& rdd, Time time) {
      auto records = rdd.collect();
      std::ranges::sort(records);
      std::ostringstream text;
      text << name << " at " << time << ':';
      for (const T& record : records) millrace::show(text << ' ', record);
      shown_.push_back(text.str());
    });
  }
  /// What is shown in the batch of this second.
  std::vector<std::string> batch(int second) {
    shown_.clear();
    for (const Job& job : graph_->generateJobs(Time(second * 1000))) job.run();
    graph_->batchEnded(Time(second * 1000), true);
    return shown_;
  }
  /// The states of all operators, by their number.
  std::map<int, std::string> snapshot(int second) {
    std::map<int, std::string> states;
    for (const StreamPtr& stream : graph_->reachable()) {
      if (!stream->keepsState()) continue;
      ByteWriter to;
      stream->snapshot(Time(second * 1000), to);
      states[stream->info()->id] = to.written();
    }
    return states;
  }
  void restore(int second, const std::map<int, std::string>& states) {
    for (const StreamPtr& stream : graph_->reachable()) {
      auto state = states.find(stream->info()->id);
      if (state == states.end()) continue;
      ByteReader from(state->second);
      stream->restore(Time(second * 1000), from);
      EXPECT_EQ(from.remaining(), 0U) << stream->info()->describe();
    }
  }

 private:
  std::shared_ptr<StreamGraph> graph_;
  std::vector<std::string> shown_;
};

Batches randomBatches(std::mt19937& random, std::size_t count) {
  Batches in(count);
  for (auto& batch : in) {
    if (random() % 5 == 0) continue;
    batch.emplace();
    for (std::size_t i = random() % 6; i > 0; --i) {
      const std::string name(random() % 2 == 0 ? "k" : "a key beyond twelve bytes ");
      batch->emplace_back(name + std::to_string(random() % 4), 1 + static_cast<int>(random() % 9));
    }
  }
  return in;
}

/// The program in one run, and stopped after each of its batches and gone on with in a fresh graph, show the same.
void expectGoesOn(const Played::Program& program) {
  constexpr int kBatches = 12;
  const test::Seed seed;
  std::mt19937 random(seed);
  const Batches in = randomBatches(random, kBatches);
  Played whole(in, program);
  std::vector<std::vector<std::string>> expected;
  for (int second = 1; second <= kBatches; ++second) expected.push_back(whole.batch(second));
  for (int cut = 0; cut < kBatches; ++cut) {
    SCOPED_TRACE("cut after " + std::to_string(cut) + " s");
    Played before(in, program);
    for (int second = 1; second <= cut; ++second) before.batch(second);
    const auto states = before.snapshot(cut);
    EXPECT_FALSE(states.empty());
    Played after(in, program);
    after.restore(cut, states);
    for (int second = cut + 1; second <= kBatches; ++second)
      ASSERT_EQ(after.batch(second), expected[static_cast<std::size_t>(second - 1)]) << second;
  }
}

std::optional<int> total(std::span<const int> values, std::optional<int> old) {
  const int sum = std::accumulate(values.begin(), values.end(), old.value_or(0));
  return sum > 60 ? std::nullopt : std::optional(sum);
}

TEST(Snapshots, OfWindowsWithAnInverse) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("every", pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3)));
    run.show("second", pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(4), Seconds(2), 3,
                                                  [](const Pair& kv) { return kv.second != 0; }));
    run.show("counts", pairs.countByWindow(Seconds(3), Seconds(1)));
  });
}

TEST(Snapshots, OfWindowsWithoutAnInverse) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto most = [](int a, int b) { return std::max(a, b); };
    run.show("every", pairs.reduceByKeyAndWindow(most, Seconds(4)));
    run.show("third", pairs.reduceByKeyAndWindow(most, Seconds(6), Seconds(3)));
  });
}

TEST(Snapshots, OfStatesOfKeys) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("updated", pairs.updateStateByKey(&total, 3));
    run.show("shifted", pairs.updateStateByKey<int>(
                            [](auto& entries) {
                              std::vector<Pair> states;
                              for (auto& [key, values, state] : entries)
                                states.emplace_back(key.size() < 40 ? key + "!" : "short",
                                                    state.value_or(0) + static_cast<int>(values.size()));
                              return states;
                            },
                            2, false));
  });
}

TEST(Snapshots, OfMapWithState) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto count = [](const std::string& key, std::optional<int> value, State<int>& state) {
      if (!state.isTimingOut()) state.update(state.getOption().value_or(0) + value.value_or(0));
      return Pair(key, state.get());
    };
    auto mapped = pairs.mapWithState(StateSpec::function(count).timeout(Seconds(1)));
    mapped.checkpoint(Seconds(3));
    run.show("mapped", mapped);
    run.show("states", mapped.stateSnapshots());
  });
}

TEST(Snapshots, OfBools) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto large = pairs.mapValues([](int value) { return value > 5; });
    run.show("last", large.updateStateByKey(
                         [](std::span<const bool> now, std::optional<bool> old) -> std::optional<bool> {
                           return now.empty() ? old : std::optional(now.back());
                         }));
    auto before = [](const std::string& key, std::optional<bool> now, State<bool>& old) {
      const bool was = old.getOption().value_or(false);
      old.update(now.value_or(false));
      return std::pair(key, was);
    };
    auto mapped = large.mapWithState(StateSpec::function(before));
    run.show("before", mapped);
    run.show("states", mapped.stateSnapshots());
    run.show("any", large.reduceByKeyAndWindow(std::logical_or<bool>(), Seconds(3)));
  });
}

struct Opaque {
  explicit Opaque(int* given) : pointer(given) {}
  int* pointer;
};

TEST(Snapshots, NameTypesThatCannotBeWritten) {
  Batches in{std::vector<Pair>{{"a", 1}}};
  Played run(in, [](Played& building, const DStream<Pair>& pairs) {
    auto states = pairs.updateStateByKey(
        [](std::span<const int>, std::optional<Opaque>) { return std::optional<Opaque>(Opaque(nullptr)); });
    building.show("keys", states.map([](const auto& kv) { return kv.first; }));
  });
  run.batch(1);
  try {
    run.snapshot(1);
    FAIL();
  } catch (const Unsupported& error) {
    EXPECT_NE(std::string(error.what()).find("Opaque cannot be written: give the type"), std::string::npos)
        << error.what();
  }
}

TEST(Snapshots, OfOtherPartitionsAreRefused) {
  auto program = [](int partitions) {
    return [partitions](Played& run, const DStream<Pair>& pairs) {
      run.show("updated", pairs.updateStateByKey(&total, partitions));
    };
  };
  Batches in{std::vector<Pair>{{"a", 1}}, std::vector<Pair>{}};
  Played three(in, program(3)), two(in, program(2));
  three.batch(1);
  EXPECT_THROW(two.restore(1, three.snapshot(1)), IllegalArgument);
}

}  // namespace
}  // namespace millrace::core
