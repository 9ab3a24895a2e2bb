#include "spark_parity/parity.hpp"

#include <optional>
#include <set>
#include <span>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Pair = std::pair<std::string, int>;

std::optional<int> sum(std::span<const int> values, std::optional<int> old) {
  int all = old.value_or(0);
  for (int value : values) all += value;
  return all;
}

auto ones(auto stream) {
  return stream.map([](auto word) { return std::pair(word, 1); });
}

RDD<Pair> initialOf(const Json& row, test::StreamTest& running) {
  return running.context().sparkContext().parallelize(fromJson<std::vector<Pair>>(row.at("initial")), 2);
}

/// The program of a row that needs the context besides its source.
template <class T, class Program>
void expectStates(const Json& row, Program program) {
  const auto in = fromJson<test::Batches<T>>(row.at("in"));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    expectOutputs(row, running, program(running, running.source<T>(in)));
  });
}

void sums(const Json& row) {
  expectStates<std::string>(row, [](auto&, auto stream) { return ones(stream).updateStateByKey(&sum); });
}

void sumsFromInitial(const Json& row) {
  expectStates<std::string>(row, [&](test::StreamTest& running, auto stream) {
    return ones(stream).updateStateByKey(&sum, HashPartitioner(2), initialOf(row, running));
  });
}

void times(const Json& row) {
  expectStates<std::string>(row, [&](test::StreamTest& running, auto stream) {
    auto update = [](Time time, const std::string&, const std::vector<int>& values,
                     std::optional<int> old) -> std::optional<int> {
      return old.value_or(0) + (values.empty() ? 0 : static_cast<int>(time.milliseconds()));
    };
    return ones(stream).updateStateByKey(update, 2, row.at("rememberPartitioner").as_bool(),
                                         initialOf(row, running));
  });
}

struct Counter {
  int count = 0;
  int idle = 0;
};

void lifeCycle(const Json& row) {
  expectStates<std::string>(row, [](auto&, auto stream) {
    auto update = [](std::span<const int> values, std::optional<Counter> old) -> std::optional<Counter> {
      Counter counter = old.value_or(Counter());
      counter.idle = values.empty() ? counter.idle + 1 : 0;
      counter.count += static_cast<int>(values.size());
      return counter.idle < 2 ? std::optional(counter) : std::nullopt;
    };
    return ones(stream).updateStateByKey(update).mapValues([](const Counter& c) { return c.count; });
  });
}

void cleanUp(const Json& row) {
  test::StreamTest running;
  auto source = running.source<std::string>(test::Batches<std::string>(10, std::vector<std::string>{"a"}));
  auto states = ones(source).updateStateByKey(&sum).checkpoint(Seconds(3));
  running.collect(states);
  running.start();
  running.advance(10);
  EXPECT_EQ(running.clock().now(), fromJson<std::int64_t>(row.at("at_clock")));
  EXPECT_EQ(states.node()->rememberDuration(), Milliseconds(fromJson<std::int64_t>(row.at("remember_ms"))));
  std::set<std::int64_t> kept;
  for (Time time : states.node()->rememberedTimes()) kept.insert(time.milliseconds());
  for (auto time : fromJson<std::vector<std::int64_t>>(row.at("kept")))
    EXPECT_TRUE(kept.contains(time)) << time;
  for (auto time : fromJson<std::vector<std::int64_t>>(row.at("gone")))
    EXPECT_FALSE(kept.contains(time)) << time;
  running.stop();
}

}  // namespace

std::map<std::string, Runner> updateRunners() {
  return {
      {"A30", sums},
      {"A31", sumsFromInitial},
      {"A32", times},
      {"A34", lifeCycle},
      {"A38", cleanUp},
      {"G17",
       [](const Json& row) {
         expectStates<Pair>(row, [](auto&, auto stream) { return stream.updateStateByKey(&sum); });
       }},
      {"G18",
       [](const Json& row) {
         expectStates<Pair>(row, [&](test::StreamTest& running, auto stream) {
           return stream.updateStateByKey(&sum, HashPartitioner(1), initialOf(row, running));
         });
       }},
  };
}

}  // namespace millrace::parity
