#include "spark_parity/expect_program.hpp"
#include "spark_parity/from_json.hpp"
#include "spark_parity/program.hpp"
#include "spark_parity/runners.hpp"

#include <millrace/base/error.hpp>
#include <millrace/dstream/state/keyed_states.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <sstream>

namespace millrace::parity {

namespace {

using Json = boost::json::value;

void timeOuts(const Json& row) {
  const std::string words = "in | mapToPair one | mapWithStateAtTime timedOutKey timeout 3000";
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    Program program(running, row);
    const auto outputs = program.collect(program.stream(words));
    const auto snapshots = program.collect(program.stream(words + " | stateSnapshots"));
    running.run(20);
    const auto& derived = row.at("derived");
    const Value before(derived.at("snapshot batches 1-9")), after(derived.at("snapshot from batch 10"));
    ASSERT_EQ(snapshots.sorted().size(), 20U);
    for (std::size_t batch = 1; batch <= 20; ++batch) {
      EXPECT_EQ(Value(snapshots.sorted()[batch - 1]), batch < 10 ? before : after) << "batch " << batch;
      const auto timedOut = batch == 10 ? Value::List{"b", "c"} : Value::List();
      EXPECT_EQ(outputs.sorted()[batch - 1], timedOut) << "batch " << batch;
    }
  });
}

void checkpointIntervals(const Json& table) {
  for (const auto& row : table.at("rows").as_array()) {
    test::StreamTest running({.batch = Milliseconds(fromJson<std::int64_t>(row.at("batch_ms")))});
    Program program(running, row);
    const Stream mapped = program.stream("pairs | mapWithState sum");
    if (auto asked = fromJson<std::optional<std::int64_t>>(row.at("explicit_ms")))
      std::get<StateStream>(mapped).checkpoint(Milliseconds(*asked));
    program.collect(mapped);
    running.start();
    EXPECT_EQ(nodeOf(mapped)->checkpointInterval(),
              Milliseconds(fromJson<std::int64_t>(row.at("interval_ms"))));
    running.stop();
  }
}

template <class T>
core::BlockPtr blockOf(const std::vector<T>& records) {
  return std::make_shared<core::VectorBlock<T>>(core::PooledVector<T>(records.begin(), records.end()));
}

void initialStates(const Json& row) {
  using States = std::vector<std::tuple<int, std::string, std::int64_t>>;
  auto nothing = [](int, std::optional<int>, State<std::string>&) { return 0; };
  core::KeyedStates<int, int, decltype(nothing)> states(core::hashPartitioner(1), nothing, std::nullopt);
  states.begin(0, Time(123), blockOf<std::pair<int, std::string>>({{1, "1"}, {2, "2"}, {3, "3"}}));
  EXPECT_EQ(states.update(0, Time(123), nullptr, false)->records(), 0U);
  States held;
  const auto table = states.table(0);
  for (const auto& [key, entry] : static_cast<const core::StateBlock<int, std::string>&>(*table).table)
    held.emplace_back(key, entry.state, entry.updated);
  std::ranges::sort(held);
  EXPECT_EQ(held, (States{{1, "1", 123}, {2, "2", 123}, {3, "3", 123}}));
  EXPECT_EQ(fromJson<int>(row.at("expect").at("partitions")), 10);
  test::StreamTest running;
  Program program(running, row);
  const auto snapshots = program.collect(
      program.stream("pairs | mapWithState sum numPartitions 3 partitioner 10 | stateSnapshots"));
  running.run(1);
  EXPECT_EQ(snapshots.all()[0].partitions.size(), 10U);
}

/// One row: a table with the row's states from 1000 ms on is given the row's record at 2000 ms, and swept.
void expectUpdate(const Json& row) {
  std::vector<int> mapped, removed, timedOut;
  bool called = false;
  auto function = [&](Time, const std::string&, std::optional<std::string> what,
                      State<int>& state) -> std::optional<int> {
    called = called || what.has_value();
    if (state.isTimingOut()) timedOut.push_back(state.get());
    if (what == "get-state") mapped.push_back(state.getOption().value_or(-1));
    if (what == "update-state") state.update(state.exists() ? state.get() + 1 : 0);
    if (what == "remove-state") {
      removed.push_back(state.get());
      state.remove();
    }
    return std::nullopt;
  };
  const auto& fields = row.as_object();
  std::optional<Duration> timeout;
  if (const auto* threshold = fields.if_contains("threshold"))
    timeout = Milliseconds(2000 - fromJson<std::int64_t>(*threshold));
  core::KeyedStates<std::string, std::string, decltype(function)> states(core::hashPartitioner(1), function,
                                                                         timeout);
  std::vector<std::pair<std::string, int>> initial;
  for (int state : fromJson<std::vector<int>>(row.at("init"))) initial.emplace_back("key", state);
  states.begin(0, Time(1000), blockOf(initial));
  std::vector<std::pair<std::string, std::string>> data;
  for (const auto& what : fromJson<std::vector<std::string>>(row.at("data"))) data.emplace_back("key", what);
  states.update(0, Time(2000), blockOf(data), fields.contains("sweep"));

  std::vector<std::pair<int, std::int64_t>> held;
  const auto table = states.table(0);
  for (const auto& [key, entry] : static_cast<const core::StateBlock<std::string, int>&>(*table).table)
    held.emplace_back(entry.state, entry.updated);
  EXPECT_EQ(held, (fromJson<std::vector<std::pair<int, std::int64_t>>>(row.at("states"))));
  if (const auto* expected = fields.if_contains("called")) {
    EXPECT_EQ(called, expected->as_bool());
  }
  const std::pair<const char*, std::vector<int>> all[] = {
      {"mapped", mapped}, {"removed", removed}, {"timedOut", timedOut}};
  for (const auto& [name, seen] : all) {
    if (const auto* expected = fields.if_contains(name)) {
      EXPECT_EQ(seen, fromJson<std::vector<int>>(*expected));
    }
  }
}

void updates(const Json& table) {
  for (const auto& row : table.at("rows").as_array()) {
    SCOPED_TRACE(boost::json::serialize(row));
    expectUpdate(row);
  }
}

/// What a state says of itself during a call of the function with this state before it, or none.
void inState(std::optional<int> before, const std::function<void(State<int>&)>& body) {
  auto function = [&](int, std::optional<int>, State<int>& state) {
    body(state);
    return 0;
  };
  core::KeyedStates<int, int, decltype(function)> states(core::hashPartitioner(1), function, std::nullopt);
  if (before) states.begin(0, Time(1000), blockOf<std::pair<int, int>>({{1, *before}}));
  states.update(0, Time(2000), blockOf<std::pair<int, int>>({{1, 0}}), false);
}

std::string textOf(const State<int>& state) {
  std::ostringstream text;
  text << state;
  return text.str();
}

void lifeCycle(const Json&) {
  inState({}, [](State<int>& state) {
    EXPECT_FALSE(state.exists());
    EXPECT_FALSE(state.isTimingOut());
    EXPECT_EQ(state.getOption(), std::nullopt);
    EXPECT_THROW(state.get(), IllegalState);
    EXPECT_EQ(textOf(state), "<state not set>");
    state.update(2);
    EXPECT_TRUE(state.exists());
    EXPECT_EQ(state.get(), 2);
    EXPECT_EQ(textOf(state), "2");
  });
  inState(1, [](State<int>& state) {
    EXPECT_TRUE(state.exists());
    EXPECT_EQ(state.get(), 1);
    EXPECT_EQ(state.getOption(), 1);
    state.update(2);
    EXPECT_EQ(state.get(), 2);
    state.remove();
    EXPECT_FALSE(state.exists());
    EXPECT_THROW(state.remove(), IllegalArgument);
    EXPECT_THROW(state.update(-1), IllegalArgument);
  });
  auto idle = [](Time, int, std::optional<int> value, State<int>& state) -> std::optional<int> {
    if (!value) {
      EXPECT_TRUE(state.isTimingOut());
      EXPECT_EQ(state.get(), 3);
      EXPECT_THROW(state.remove(), IllegalArgument);
      EXPECT_THROW(state.update(-1), IllegalArgument);
    }
    return state.get();
  };
  core::KeyedStates<int, int, decltype(idle)> states(core::hashPartitioner(1), idle, Milliseconds(10));
  states.begin(0, Time(1000), blockOf<std::pair<int, int>>({{1, 3}}));
  EXPECT_EQ(states.update(0, Time(2000), nullptr, true)->records(), 1U);
  EXPECT_EQ(states.table(0)->records(), 0U);
}

/// A copy of a table changes by itself, as the copies do that readers of a state that moves on are left with.
void copies(const Json&) {
  using Block = core::StateBlock<int, int>;
  using Entries = std::vector<std::tuple<int, int, std::int64_t>>;
  core::SharedTables<Block> tables(1);
  auto put = [&](int key, int state, std::int64_t time) {
    core::TimedState<int> entry{state, time};
    tables.own(0).upsert(
        key, [&] { return entry; }, [&](auto& held) { held = entry; });
  };
  auto all = [](const Block& block) {
    Entries entries;
    for (const auto& [key, entry] : block.table) entries.emplace_back(key, entry.state, entry.updated);
    std::ranges::sort(entries);
    return entries;
  };
  put(1, 100, 1);
  put(2, 200, 2);
  tables.own(0).erase(1);
  const auto parent = tables.block(0);
  EXPECT_EQ(all(*parent), (Entries{{2, 200, 2}}));
  put(3, 300, 3);
  put(4, 400, 4);
  EXPECT_EQ(all(*tables.block(0)), (Entries{{2, 200, 2}, {3, 300, 3}, {4, 400, 4}}));
  EXPECT_EQ(all(*parent), (Entries{{2, 200, 2}}));
  tables.own(0).erase(4);
  tables.own(0).erase(2);
  EXPECT_EQ(all(*tables.block(0)), (Entries{{3, 300, 3}}));
  EXPECT_EQ(all(*parent), (Entries{{2, 200, 2}}));
  put(1, 1000, 100);
  put(2, 2000, 200);
  const auto child = tables.block(0);
  tables.own(0).erase(2);
  const auto grandchild = tables.block(0);
  put(2, 20000, 200);
  EXPECT_EQ(all(*child), (Entries{{1, 1000, 100}, {2, 2000, 200}, {3, 300, 3}}));
  EXPECT_EQ(all(*grandchild), (Entries{{1, 1000, 100}, {3, 300, 3}}));
  EXPECT_EQ(all(*tables.block(0)), (Entries{{1, 1000, 100}, {2, 20000, 200}, {3, 300, 3}}));
}

}  // namespace

Runners stateRunners() {
  return {
      {"C01", lifeCycle},     {"C08", timeOuts}, {"C09", checkpointIntervals},
      {"C11", initialStates}, {"C12", updates},  {"C14", copies},
  };
}

}  // namespace millrace::parity
