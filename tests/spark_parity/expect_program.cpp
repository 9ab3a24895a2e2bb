#include "spark_parity/expect_program.hpp"

#include <spark_parity/from_json.hpp>
#include <spark_parity/program.hpp>
#include <support/script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace millrace::parity {

namespace {

using Batches = std::vector<Value::List>;

Batches batchesOf(const boost::json::value& json) {
  Batches batches;
  for (const auto& batch : json.as_array()) batches.push_back(Value(batch).list());
  return batches;
}

Batches sorted(Batches batches) {
  for (auto& batch : batches) std::ranges::sort(batch);
  return batches;
}

void expectRecords(const test::Outputs<Value>& outputs, const boost::json::value& expected, bool inOrder) {
  if (inOrder) {
    EXPECT_EQ(outputs.records(), batchesOf(expected));
  } else {
    EXPECT_EQ(outputs.sorted(), sorted(batchesOf(expected)));
  }
}

}  // namespace

void inEveryWay(const boost::json::value& row, const std::function<void(const test::StreamOptions&)>& body) {
  for (StreamingMode mode : test::kModes) {
    test::onAllShapes(
        [&](test::StreamOptions options) {
          if (const auto* fixed = row.as_object().if_contains("partitions"))
            options.shape.partitions = fromJson<int>(*fixed);
          if (const auto* batch = row.as_object().if_contains("batch_ms"))
            options.batch = Milliseconds(fromJson<std::int64_t>(*batch));
          SCOPED_TRACE(test::nameOf(mode) + ", " + options.shape.describe());
          body(options);
        },
        mode);
  }
}

void expectOutputs(const boost::json::value& row, test::StreamTest& running,
                   const test::Outputs<Value>& outputs, Duration slide) {
  const auto batches = static_cast<std::int64_t>(row.at("out").as_array().size());
  running.run(static_cast<int>(batches * slide.milliseconds() / running.batch().milliseconds()));
  expectRecords(outputs, row.at("out"), row.at("cmp").as_string() == "list");
  std::vector<std::int64_t> times;
  for (std::int64_t k = 1; k <= batches; ++k) times.push_back(k * slide.milliseconds());
  EXPECT_EQ(outputs.times(), times);
}

void expectProgram(const boost::json::value& row, const std::string& words) {
  const auto* states = row.as_object().if_contains("snap");
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    Program program(running, row);
    const Stream stream = program.stream(words);
    const auto outputs = program.collect(stream);
    std::optional<test::Outputs<Value>> snapshots;
    if (states != nullptr) snapshots = program.collect(program.stream(words + " | stateSnapshots"));
    expectOutputs(row, running, outputs, nodeOf(stream)->slideDuration());
    if (snapshots) expectRecords(*snapshots, *states, false);
  });
}

void expectFailure(const boost::json::value& row, const std::string& words, const std::string& failure) {
  test::inBothModes([&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    Program program(running, row);
    const auto outputs = program.collect(program.stream(words));
    EXPECT_EQ(running.failureOf(static_cast<int>(row.at("in").as_array().size())), failure);
    if (const auto* before = row.as_object().if_contains("first_three_out"))
      expectRecords(outputs, *before, !row.as_object().contains("cmp3"));
  });
}

}  // namespace millrace::parity
