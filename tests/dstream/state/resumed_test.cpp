#include <millrace/dstream/core/cuts.hpp>

#include "stateful_programs.hpp"
#include "support/played.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
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
using test::Shown;

constexpr int kBatches = 12;

/// The program in one run, and gone on with in a fresh context from each of its cuts, shows the same: in the mode of the run
/// and in the other one, with as many partitions and with another number. Cuts of both modes are the same. `beginsAtOnce`: the
/// program cannot do without an RDD in its first batch.
void expectGoesOn(const Played::Program& program, bool beginsAtOnce = false) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  test::PairBatches in = test::randomBatches(random, kBatches);
  if (beginsAtOnce && !in[0]) in[0].emplace();
  const Shown expected = Played(program, in, optionsOf(StreamingMode::kMicroBatch, 2, 0)).play(kBatches);
  std::map<int, std::map<int, MemoryStore::Entries>> kept;
  for (const StreamingMode mode : test::kModes) {
    Played whole(program, in, optionsOf(mode, 2, 0), std::nullopt, std::make_shared<MemoryStore>());
    ASSERT_EQ(whole.play(kBatches), expected);
    for (int cut = 1; cut < kBatches; ++cut) {
      const Time at(cut * 1000);
      const auto [same, isFirst] = kept.emplace(cut, whole.store->at(at));
      EXPECT_TRUE(isFirst || whole.store->at(at) == same->second) << "cut after " << cut << " s";
      const StreamingMode next = test::kModes[cut % 2];
      const int partitions = cut % 4 < 2 ? 2 : 3;
      SCOPED_TRACE("cut after " + std::to_string(cut) + " s, gone on with in mode " +
                   std::to_string(static_cast<int>(next)) + " in " + std::to_string(partitions) +
                   " partitions");
      const Shown shown =
          Played(program, in, optionsOf(next, partitions, cut), whole.store->resumed(*whole.graph, at))
              .play(kBatches - cut);
      ASSERT_EQ(shown, Shown(expected.upper_bound(at.milliseconds()), expected.end()));
    }
  }
}

TEST(Resumed, OfStatesOfKeys) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("updated", pairs.updateStateByKey(&total));
    run.show("timed", pairs.updateStateByKey([](Time time, const std::string&, std::span<const int> values,
                                                std::optional<std::int64_t> old) {
      return values.empty() ? old : std::optional(time.milliseconds());
    }));
    run.show("fading", pairs.updateStateByKey([](std::span<const int> values, std::optional<int> old) {
      const int left = values.empty() ? old.value_or(0) - 1 : values.back() % 4;
      return left > 0 ? std::optional(left) : std::nullopt;
    }));
  });
}

TEST(Resumed, OfStatesOfPartitions) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("shifted", pairs.updateStateByKey<int>(
                            [](auto& entries) {
                              std::vector<Pair> states;
                              for (auto& [key, values, state] : entries)
                                states.emplace_back(key.size() < 40 ? key + "!" : key,
                                                    state.value_or(0) + static_cast<int>(values.size()));
                              return states;
                            },
                            {}, false));
    run.show("counted", pairs.updateStateByKey<int>([](auto& entries) {
      std::vector<Pair> states;
      for (auto& [key, values, state] : entries)
        if (state.value_or(0) < 5)
          states.emplace_back(key, state.value_or(0) + static_cast<int>(values.size()));
      return states;
    }));
  });
}

TEST(Resumed, OfInitialStates) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto initial = run.running().context().sparkContext().parallelize(std::vector<Pair>{{"k1", 5}, {"z", 1}});
    run.show("updated", pairs.updateStateByKey(&total, {}, initial));
    auto mapped =
        pairs.mapWithState(StateSpec::function(&countWithState).timeout(Seconds(2)).initialState(initial));
    run.show("states", mapped.stateSnapshots());
  });
}

TEST(Resumed, OfMapWithState) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto mapped = counted(pairs);
    run.show("mapped", mapped);
    run.show("states", mapped.stateSnapshots());
  });
}

TEST(Resumed, OfMapWithStateBehindAShuffle) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto mapped = counted(pairs.window(Seconds(1)));
    run.show("mapped", mapped);
    run.show("states", mapped.stateSnapshots());
  });
}

TEST(Resumed, OfWindowsWithAnInverse) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("every", pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3)));
    run.show("second", pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(4), Seconds(2), {},
                                                  [](const Pair& kv) { return kv.second != 0; }));
    run.show("counts", pairs.countByWindow(Seconds(3), Seconds(1)));
  });
}

TEST(Resumed, OfWindowsWithoutAnInverse) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    auto most = [](int a, int b) { return std::max(a, b); };
    run.show("every", pairs.reduceByKeyAndWindow(most, Seconds(4)));
    run.show("third", pairs.reduceByKeyAndWindow(most, Seconds(6), Seconds(3)));
  });
}

TEST(Resumed, OfPlainWindows) {
  expectGoesOn([](Played& run, const DStream<Pair>& pairs) {
    run.show("records", pairs.window(Seconds(3)));
    auto texts = pairs.map([](const Pair& kv) { return kv.first; });
    run.show("texts", texts.window(Seconds(4), Seconds(2)));
    run.show("groups", pairs.groupByKeyAndWindow(Seconds(3)).mapValues([](auto values) {
      std::ranges::sort(values);
      return values;
    }));
    run.show("twice", pairs.window(Seconds(2)).window(Seconds(4), Seconds(2)));
  });
}

TEST(Resumed, OfChains) {
  expectGoesOn(
      [](Played& run, const DStream<Pair>& pairs) {
        auto updated = pairs.updateStateByKey(&total);
        run.show("window over states", updated.window(Seconds(3)));
        run.show("states of a state",
                 updated.updateStateByKey([](std::span<const int> values, std::optional<int> old) {
                   return std::optional(old.value_or(0) + static_cast<int>(values.size()));
                 }));
        auto mapped = counted(pairs);
        run.show("join of states", updated.join(mapped.stateSnapshots()).mapValues([](const auto& both) {
          return both.first * 1000 + both.second;
        }));
        run.show("window over snapshots", mapped.stateSnapshots().window(Seconds(4), Seconds(2)));
        run.show("window over what is emitted", mapped.window(Seconds(2)));
      },
      true);
}

TEST(Resumed, OfBools) {
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

}  // namespace
}  // namespace millrace
