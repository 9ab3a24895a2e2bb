#include "spark_parity/parity.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Pair = std::pair<std::string, int>;
using Pairs = std::vector<std::vector<Pair>>;

template <class T>
std::vector<std::vector<T>> sortedBatches(const Json& rows) {
  auto batches = fromJson<std::vector<std::vector<T>>>(rows);
  for (auto& batch : batches) std::ranges::sort(batch);
  return batches;
}

/// The source of a C row: each text with a 1.
DStream<std::pair<std::string, int>> ones(test::StreamTest& running, const Json& row) {
  return running.source<std::string>(fromJson<test::Batches<std::string>>(row.at("in")))
      .map([](const std::string& key) { return std::pair(key, 1); });
}

/// Runs a row in both modes and every shape, and compares what is emitted, and the states, batch by batch.
template <class MakeSpec>
void expectStates(const Json& row, MakeSpec makeSpec) {
  inBothModes([&](const test::StreamOptions& options) {
    SCOPED_TRACE(options.shape.describe());
    test::StreamTest running(options);
    auto mapped = ones(running, row).mapWithState(makeSpec(running));
    auto emitted = running.collect(mapped);
    auto snapshots = running.collect(mapped.stateSnapshots());
    const auto states = sortedBatches<Pair>(row.at("snap"));
    running.run(static_cast<int>(states.size()));
    using M = typename decltype(mapped)::value_type;
    EXPECT_EQ(emitted.sorted(), sortedBatches<M>(row.at("out")));
    EXPECT_EQ(snapshots.sorted(), states);
  });
}

int sum(std::optional<int> value, State<int>& state) {
  state.update(value.value_or(0) + state.getOption().value_or(0));
  return state.get();
}

void timeouts(const Json& row) {
  inBothModes([&](const test::StreamOptions& options) {
    SCOPED_TRACE(options.shape.describe());
    test::StreamTest running(options);
    auto watch = [](Time, std::string key, std::optional<int> value,
                    State<int>& state) -> std::optional<std::string> {
      if (value) state.update(1);
      if (state.isTimingOut()) return key;
      return std::nullopt;
    };
    auto mapped = ones(running, row).mapWithState(StateSpec::function(watch).timeout(Seconds(3)));
    auto emitted = running.collect(mapped);
    auto snapshots = running.collect(mapped.stateSnapshots());
    running.run(20);
    std::vector<std::vector<std::string>> out(20);
    out[9] =
        fromJson<std::vector<std::string>>(row.at("suite_asserts").at("all outputs flattened and sorted"));
    EXPECT_EQ(emitted.sorted(), out);
    Pairs states(9, fromJson<std::vector<Pair>>(row.at("derived").at("snapshot batches 1-9")));
    states.resize(20, fromJson<std::vector<Pair>>(row.at("derived").at("snapshot from batch 10")));
    EXPECT_EQ(snapshots.sorted(), states);
  });
}

void checkpointIntervals(const Json& row) {
  for (const auto& line : row.at("rows").as_array()) {
    test::StreamTest running({.batch = Milliseconds(fromJson<int>(line.at("batch_ms")))});
    auto keep = [](std::string, std::optional<int>, State<int>&) { return 0; };
    auto mapped = running.source<std::pair<std::string, int>>({}).mapWithState(StateSpec::function(keep));
    if (auto own = fromJson<std::optional<int>>(line.at("explicit_ms")))
      mapped.checkpoint(Milliseconds(*own));
    mapped.foreachRDD([](const RDD<int>&) {});
    running.context().graph()->start(Time(0));
    EXPECT_EQ(mapped.node()->checkpointInterval(), Milliseconds(fromJson<int>(line.at("interval_ms"))));
  }
}

}  // namespace

std::map<std::string, Runner> stateRunners() {
  return {{"C02",
           [](const Json& row) {
             expectStates(row, [](test::StreamTest&) {
               return StateSpec::function([](std::string, std::optional<int> value, State<int>& state) {
                 return sum(value, state);
               });
             });
           }},
          {"C03",
           [](const Json& row) {
             expectStates(row, [](test::StreamTest&) {
               return StateSpec::function([](Time, std::string key, std::optional<int> value,
                                             State<int>& state) -> std::optional<std::string> {
                 sum(value, state);
                 return key + key;
               });
             });
           }},
          {"C05",
           [](const Json& row) {
             expectStates(row, [](test::StreamTest&) {
               return StateSpec::function(
                   [](Time, std::string key, std::optional<int> value,
                      State<int>& state) -> std::optional<Pair> { return Pair(key, sum(value, state)); });
             });
           }},
          {"C06",
           [](const Json& row) {
             expectStates(row, [&](test::StreamTest& running) {
               auto initial = running.context().sparkContext().parallelize(
                   fromJson<std::vector<Pair>>(row.at("initial")), 2);
               return StateSpec::function([](Time, std::string, std::optional<int> value,
                                             State<int>& state) -> std::optional<int> {
                        sum(value, state);
                        return std::nullopt;
                      })
                   .initialState(initial);
             });
           }},
          {"C08", timeouts},
          {"C09", checkpointIntervals}};
}

}  // namespace millrace::parity
