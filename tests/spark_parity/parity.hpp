#pragma once

#include <support/streams.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::parity {

/// A value of the data file as one of the program's: numbers, texts, [key, value] as pairs, lists, null as "none".
template <class T>
struct FromJson {
  static T read(const boost::json::value& value) {
    if constexpr (std::integral<T>) {
      return static_cast<T>(value.as_int64());
    } else {
      return T(value.as_string());
    }
  }
};
template <class A, class B>
struct FromJson<std::pair<A, B>> {
  static std::pair<A, B> read(const boost::json::value& value) {
    return {FromJson<A>::read(value.as_array().at(0)), FromJson<B>::read(value.as_array().at(1))};
  }
};
template <class T>
struct FromJson<std::vector<T>> {
  static std::vector<T> read(const boost::json::value& value) {
    std::vector<T> all;
    for (const auto& element : value.as_array()) all.push_back(FromJson<T>::read(element));
    return all;
  }
};
template <class T>
struct FromJson<std::optional<T>> {
  static std::optional<T> read(const boost::json::value& value) {
    if (value.is_null()) return std::nullopt;
    return FromJson<T>::read(value);
  }
};
template <class T>
T fromJson(const boost::json::value& value) {
  return FromJson<T>::read(value);
}

/// Runs `body` in both modes and every shape.
template <class Body>
void inBothModes(Body body) {
  for (StreamingMode mode : test::kModes) {
    SCOPED_TRACE(mode == StreamingMode::kMicroBatch ? "micro-batch" : "continuous");
    test::onAllShapes(body, mode);
  }
}

/// Runs the program of a row in both modes and every shape (with the row's own number of partitions, if it has one) and
/// compares what comes out with the row: the batches' records, in order or not as the row says, and their times.
template <class T, class Program>
void expectVector(const boost::json::value& row, Program program) {
  const auto in = fromJson<test::Batches<owned_t<T>>>(row.at("in"));
  inBothModes([&](test::StreamOptions options) {
    if (const auto* fixed = row.as_object().if_contains("partitions"))
      options.shape.partitions = fromJson<int>(*fixed);
    SCOPED_TRACE(options.shape.describe());
    test::StreamTest running(options);
    auto stream = program(running.source<T>(in));
    using U = owned_t<typename decltype(stream)::value_type>;
    const auto expected = fromJson<std::vector<std::vector<U>>>(row.at("out"));
    auto outputs = running.collect(stream);
    const std::int64_t slide = stream.slideDuration().milliseconds();
    running.run(
        static_cast<int>(static_cast<std::int64_t>(expected.size()) * slide / options.batch.milliseconds()));
    if (row.at("cmp").as_string() == "list") {
      EXPECT_EQ(outputs.records(), expected);
    } else {
      auto sorted = expected;
      for (auto& batch : sorted) std::ranges::sort(batch);
      EXPECT_EQ(outputs.sorted(), sorted);
    }
    std::vector<std::int64_t> times;
    for (std::size_t k = 1; k <= expected.size(); ++k) times.push_back(static_cast<std::int64_t>(k) * slide);
    EXPECT_EQ(outputs.times(), times);
  });
}

/// What to do with the row of a vector's id.
using Runner = void (*)(const boost::json::value& row);

/// The runners of the blocks A, B, C and G, each file's part.
std::map<std::string, Runner> operatorRunners();
std::map<std::string, Runner> windowRunners();
std::map<std::string, Runner> stateRunners();
std::map<std::string, Runner> storageRunners();
std::map<std::string, Runner> partitionRunners();

}  // namespace millrace::parity
