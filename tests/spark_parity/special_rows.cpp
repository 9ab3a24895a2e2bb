#include "spark_parity/expect_program.hpp"
#include "spark_parity/from_json.hpp"
#include "spark_parity/program.hpp"
#include "spark_parity/runners.hpp"

#include <millrace/base/error.hpp>
#include <support/scratch_directory.hpp>
#include <support/set_modified.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Times = std::vector<std::int64_t>;

Json with(const Json& row, const char* field, const Json& value) {
  Json changed = row;
  changed.as_object()[field] = value;
  return changed;
}

DStream<Value> valuesOf(Program& program, const std::string& words) {
  return std::get<DStream<Value>>(program.stream(words));
}

/// Each batch of a range of numbers becomes exactly as many partitions, which hold all of it.
void repartitioned(const Json& row, int partitions) {
  boost::json::array batches;
  for (const auto& [first, last] : fromJson<std::vector<std::pair<int, int>>>(row.at("in_ranges"))) {
    auto& batch = batches.emplace_back(boost::json::array()).as_array();
    for (int number = first; number <= last; ++number) batch.emplace_back(number);
  }
  const Json filled = with(with(with(row, "in", batches), "out", batches), "cmp", "set");
  inEveryWay(filled, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    Program program(running, filled);
    const auto outputs = program.collect(program.stream("in | repartition " + std::to_string(partitions)));
    expectOutputs(filled, running, outputs, running.batch());
    for (const auto& output : outputs.all())
      EXPECT_EQ(output.partitions.size(), static_cast<std::size_t>(partitions));
  });
}

/// A continuous exchange keeps the order of each sender, not one between senders (docs/operators.md).
void exchangedIntoOne(const Json& row) {
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    Program program(running, row);
    std::string words = "in | repartition 1 | glom";
    if (options.mode == StreamingMode::kContinuous) words += " | map senderBySender";
    expectOutputs(row, running, program.collect(program.stream(words)), running.batch());
  });
}

/// A file of the second after the epoch is read by a stream that was made at the epoch.
void earlyFile(const Json& row) {
  for (const StreamingMode mode : test::kModes) {
    test::ScratchDirectory scratch;
    test::setModified(scratch.write("0", "0\n"), 1000);
    test::StreamTest running({.mode = mode});
    const auto outputs = running.collect(running.context().textFileStream(scratch.path()));
    running.run(1);
    EXPECT_EQ(outputs.records(), fromJson<std::vector<std::vector<std::string>>>(row.at("expect")));
  }
}

void calls(const Json& row) {
  inEveryWay(row, [&](const test::StreamOptions& options) {
    std::atomic<int> calls = 0, elements = 0;
    test::StreamTest running(options);
    Program program(running, row);
    valuesOf(program, "in").foreachRDD([&](const RDD<Value>& rdd) {
      ++calls;
      rdd.foreach ([&](const Value&) { ++elements; });
    });
    running.run(2);
    EXPECT_EQ(calls, fromJson<int>(row.at("expect").at("rdd calls")));
    EXPECT_EQ(elements, fromJson<int>(row.at("expect").at("element calls")));
  });
}

void refusedLengths(const Json& row) {
  test::StreamTest running({.batch = Milliseconds(500)});
  Program program(running, row);
  for (const char* words :
       {"pairs | reduceByKeyAndWindow 100 100 +", "pairs | reduceByKeyAndWindow 100 100 + -",
        "pairs | reduceByKeyAndWindow 1000 100 +", "pairs | reduceByKeyAndWindow 1000 100 + -"}) {
    EXPECT_THROW(program.stream(words), IllegalArgument) << words;
  }
}

std::set<std::int64_t> kept(const Stream& stream) {
  std::set<std::int64_t> times;
  for (Time time : nodeOf(stream)->rememberedTimes()) times.insert(time.milliseconds());
  return times;
}

void expectKept(const Stream& stream, const Json& remembered, const Json& keptTimes, const Json& goneTimes) {
  EXPECT_EQ(nodeOf(stream)->rememberDuration(), Milliseconds(fromJson<std::int64_t>(remembered)));
  for (auto time : fromJson<Times>(keptTimes)) EXPECT_TRUE(kept(stream).contains(time)) << time;
  for (auto time : fromJson<Times>(goneTimes)) EXPECT_FALSE(kept(stream).contains(time)) << time;
}

void cleanUpWindows(const Json& row) {
  boost::json::array in;
  for (int i = 1; i <= 10; ++i) in.push_back({i - 1, i});
  const Json filled = with(row, "in", in);
  test::StreamTest running;
  Program program(running, filled);
  const std::map<std::string, Stream> streams{
      {"mapped", program.stream("in | mapToPair lastDigitOne")},
      {"inner_window", program.stream("in | mapToPair lastDigitOne | window 2000 1000")},
      {"outer_window", program.stream("in | mapToPair lastDigitOne | window 2000 1000 | window 4000 2000")}};
  running.context().remember(Seconds(3));
  const auto outputs = program.collect(streams.at("outer_window"));
  running.start();
  running.advance(10);
  EXPECT_EQ(outputs.times(), (Times{2000, 4000, 6000, 8000, 10000}));
  EXPECT_EQ(running.clock().now(), fromJson<std::int64_t>(row.at("at_clock")));
  for (const auto& [name, stream] : streams) {
    SCOPED_TRACE(name);
    expectKept(stream, row.at("remember_ms").at(name), row.at("kept").at(name), row.at("gone").at(name));
  }
  running.stop();
}

void cleanUpStates(const Json& row) {
  const Json filled = with(row, "in", boost::json::array(10, {"a"}));
  test::StreamTest running;
  Program program(running, filled);
  const Stream states = program.stream("in | mapToPair one | updateStateByKey sum");
  std::get<DStream<Pair>>(states).checkpoint(Seconds(3));
  program.collect(states);
  running.start();
  running.advance(10);
  EXPECT_EQ(running.clock().now(), fromJson<std::int64_t>(row.at("at_clock")));
  expectKept(states, row.at("remember_ms"), row.at("kept"), row.at("gone"));
  running.stop();
}

Value::List sliced(const DStream<Value>& stream, const Json& from, const Json& to) {
  Value::List all;
  for (const auto& rdd : stream.slice(Time(fromJson<std::int64_t>(from)), Time(fromJson<std::int64_t>(to)))) {
    auto records = rdd.collect();
    all.insert(all.end(), records.begin(), records.end());
  }
  std::ranges::sort(all);
  return all;
}

void slice(const Json& row) {
  test::StreamTest running;
  Program program(running, row);
  program.collect(program.stream("in"));
  running.context().remember(Seconds(10));
  running.start();
  running.advance(4);
  for (const auto& call : row.at("calls").as_array())
    EXPECT_EQ(sliced(valuesOf(program, "in"), call.at("from"), call.at("to")), Value(call.at("set")).list());
  running.stop();
}

void sliceBeforeStart(const Json& row) {
  test::StreamTest running;
  Program program(running, row);
  try {
    valuesOf(program, "in").slice(Time(0), Time(1000));
    FAIL();
  } catch (const SparkException& error) {
    EXPECT_NE(std::string(error.what()).find("has not been initialized"), std::string::npos) << error.what();
  }
}

void windowLevels(const Json& row) {
  test::StreamTest running;
  Program program(running, row);
  const auto input = valuesOf(program, "in"), window = valuesOf(program, "in | window 2000");
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
  EXPECT_EQ(input.node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  window.persist(StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
  EXPECT_EQ(input.node()->storageLevel(), StorageLevel::MEMORY_ONLY);
}

}  // namespace

Runners specialRunners() {
  return {
      {"A06", [](const Json& row) { repartitioned(row, 5); }},
      {"A07", [](const Json& row) { repartitioned(row, 2); }},
      {"A35", slice},
      {"A36", sliceBeforeStart},
      {"A37", cleanUpWindows},
      {"A38", cleanUpStates},
      {"B05", windowLevels},
      {"G10", calls},
      {"G23", earlyFile},
      {"P07", refusedLengths},
      {"P11", exchangedIntoOne},
  };
}

}  // namespace millrace::parity
