#include "spark_parity/collect_values.hpp"
#include "spark_parity/expect_program.hpp"
#include "spark_parity/from_json.hpp"
#include "spark_parity/runners.hpp"

#include <support/line_server.hpp>

#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string_view>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Strings = std::vector<std::string>;
using Text = std::string_view;

/// Runs the program of a row on texts that are shown as views, as a socket's lines are.
template <class T, class Make>
void expectViews(const Json& row, Make program) {
  const auto in = fromJson<test::Batches<owned_t<T>>>(row.at("in"));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto stream = program(running.source<T>(in));
    expectOutputs(row, running, collectValues(stream), stream.slideDuration());
  });
}

DStream<std::pair<Text, int>> ones(const DStream<Text>& words) {
  return words.map([](Text word) { return std::pair(word, 1); });
}

Duration durationOf(const Json& row, const char* name) {
  return Milliseconds(fromJson<std::int64_t>(row.at(name)));
}

/// Windows and states keep the texts that they got as views.
void summedInWindows(const Json& row) {
  expectViews<std::pair<Text, int>>(row, [&](const auto& in) {
    return in.reduceByKeyAndWindow(std::plus<>{}, durationOf(row, "window_ms"), durationOf(row, "slide_ms"));
  });
}

void summedIncrementally(const Json& row) {
  expectViews<std::pair<Text, int>>(row, [&](const auto& in) {
    return in.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, durationOf(row, "window_ms"),
                                   durationOf(row, "slide_ms"));
  });
}

std::optional<int> summed(std::span<const int> values, std::optional<int> old) {
  return std::accumulate(values.begin(), values.end(), old.value_or(0));
}

int summedSoFar(const std::string&, std::optional<int> value, State<int>& state) {
  const int sum = value.value_or(0) + state.getOption().value_or(0);
  state.update(sum);
  return sum;
}

Strings charactersOf(Text text) {
  Strings all;
  for (char c : text) all.push_back(std::string(1, c));
  return all;
}

/// What is joined with views is owned text.
template <class Join>
void joined(const Json& row, Join join) {
  const auto in = fromJson<test::Batches<std::string>>(row.at("in"));
  const auto in2 = fromJson<test::Batches<std::string>>(row.at("in2"));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto left = ones(running.source<Text>(in));
    auto right = running.source<std::string>(in2).map(
        [](const std::string& key) { return std::pair(key, std::string("x")); });
    expectOutputs(row, running, collectValues(join(left, right)), running.batch());
  });
}

void shouted(const Json& row) {
  expectViews<Text>(row, [](const auto& stream) {
    return stream.mapPartitions([](auto& records) {
      std::string all;
      for (const std::string& record : records) {
        for (char c : record) all += static_cast<char>(std::toupper(c));
      }
      return Strings{all};
    });
  });
}

void cleanUpReceivedBlocks(const Json&) {
  constexpr std::size_t kLines = 6;
  test::LineServer server;
  test::StreamTest running;
  auto lines = running.context().socketTextStream("127.0.0.1", server.port());
  auto mapped = lines.map([](const std::string& line) { return line + "."; }).persist();
  std::vector<RDD<std::string>> seen;
  std::vector<std::string> received;
  mapped.foreachRDD([&](const RDD<std::string>& rdd) {
    for (auto& line : rdd.collect()) received.push_back(line);
    seen.push_back(rdd);
  });
  running.start();
  auto peer = server.accept();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (std::size_t line = 1; line <= kLines; ++line) {
    peer.send(std::to_string(line) + "\n");
    while (received.size() < line && std::chrono::steady_clock::now() < patience) running.advance();
  }
  EXPECT_EQ(received, (std::vector<std::string>{"1.", "2.", "3.", "4.", "5.", "6."}));

  EXPECT_EQ(seen.back().getStorageLevel(), StorageLevel::MEMORY_ONLY_SER);
  EXPECT_EQ(seen.front().getStorageLevel(), StorageLevel::NONE);
  const Time now(running.clock().now());
  ASSERT_EQ(lines.slice(now, now).size(), 1u);
  EXPECT_EQ(lines.slice(now, now)[0].collect(), (std::vector<std::string>{"6"}))
      << "the latest blocks are there";
  EXPECT_EQ(lines.node()->rememberedTimes(), std::vector{now});
  std::weak_ptr<core::Node> earliest = seen.front().node()->parents()[0];
  seen.clear();
  EXPECT_TRUE(earliest.expired()) << "nobody but the test kept the earliest blocks";
  running.stop();
}

}  // namespace

Runners viewRunners() {
  return {
      {"A08",
       [](const Json& row) { expectViews<Text>(row, [](const auto& in) { return ones(in).groupByKey(); }); }},
      {"A09",
       [](const Json& row) {
         expectViews<Text>(row, [](const auto& in) { return ones(in).reduceByKey(std::plus<>{}); });
       }},
      {"A26", [](const Json& row) { joined(row, [](const auto& l, const auto& r) { return l.join(r); }); }},
      {"A27",
       [](const Json& row) { joined(row, [](const auto& l, const auto& r) { return l.leftOuterJoin(r); }); }},
      {"A29",
       [](const Json& row) { joined(row, [](const auto& l, const auto& r) { return l.fullOuterJoin(r); }); }},
      {"A30",
       [](const Json& row) {
         expectViews<Text>(row, [](const auto& in) { return ones(in).updateStateByKey(&summed); });
       }},
      {"A39", cleanUpReceivedBlocks},
      {"B06", summedInWindows},
      {"B07", summedInWindows},
      {"B09", summedInWindows},
      {"B10", summedInWindows},
      {"B11", summedInWindows},
      {"B12", summedIncrementally},
      {"B13", summedIncrementally},
      {"B14", summedIncrementally},
      {"B15", summedIncrementally},
      {"B17", summedIncrementally},
      {"B21",
       [](const Json& row) {
         expectViews<Text>(row,
                           [](const auto& in) { return in.countByValueAndWindow(Seconds(2), Seconds(1)); });
       }},
      {"C02",
       [](const Json& row) {
         expectViews<Text>(
             row, [](const auto& in) { return ones(in).mapWithState(StateSpec::function(&summedSoFar)); });
       }},
      {"G08",
       [](const Json& row) {
         expectViews<Text>(row, [](const auto& in) { return in.flatMap(charactersOf); });
       }},
      {"G09",
       [](const Json& row) {
         Json one = row;
         one.as_object()["partitions"] = 1;
         shouted(one);
       }},
      {"G12",
       [](const Json& row) {
         expectViews<std::pair<Text, int>>(row, [](const auto& in) { return in.reduceByKey(std::plus<>{}); });
       }},
      {"G19",
       [](const Json& row) { expectViews<Text>(row, [](const auto& in) { return in.countByValue(); }); }},
  };
}

}  // namespace millrace::parity
