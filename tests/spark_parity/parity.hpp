#pragma once

#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
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

template <class... Ts>
struct FromJson<std::variant<Ts...>> {
  static std::variant<Ts...> read(const boost::json::value& value) {
    if (value.is_string()) return FromJson<std::string>::read(value);
    return FromJson<std::int64_t>::read(value);
  }
};

/// Calls `body` in both modes and every shape, with the row's own number of partitions and batch interval, if it has them.
template <class Body>
void inEveryWay(const boost::json::value& row, Body body) {
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

/// Starts `running`, and compares what comes out of `stream` with the row: the batches' records, in order or not as the
/// row says, and their times.
template <class T>
void expectOutputs(const boost::json::value& row, test::StreamTest& running, const DStream<T>& stream) {
  const auto expected = fromJson<std::vector<std::vector<owned_t<T>>>>(row.at("out"));
  auto outputs = running.collect(stream);
  const std::int64_t slide = stream.slideDuration().milliseconds();
  running.run(
      static_cast<int>(static_cast<std::int64_t>(expected.size()) * slide / running.batch().milliseconds()));
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
}

/// Runs the program of a row in every way.
template <class T, class Program>
void expectVector(const boost::json::value& row, Program program) {
  const auto in = fromJson<test::Batches<owned_t<T>>>(row.at("in"));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    expectOutputs(row, running, program(running.source<T>(in)));
  });
}

/// The same of a program of two sources.
template <class T, class U, class Program>
void expectVectorOfTwo(const boost::json::value& row, Program program) {
  const auto in = fromJson<test::Batches<owned_t<T>>>(row.at("in"));
  const auto in2 = fromJson<test::Batches<owned_t<U>>>(row.at("in2"));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto left = running.source<T>(in);
    expectOutputs(row, running, program(left, running.source<U>(in2)));
  });
}

/// What to do with the row of a vector's id.
using Runner = void (*)(const boost::json::value& row);

/// The runners of the blocks A, B, C, G and P, each file's part.
std::map<std::string, Runner> operatorRunners();
std::map<std::string, Runner> windowRunners();
std::map<std::string, Runner> storageRunners();
std::map<std::string, Runner> partitionRunners();
std::map<std::string, Runner> combinedRunners();
std::map<std::string, Runner> updateRunners();
std::map<std::string, Runner> stateRunners();
std::map<std::string, Runner> pythonRunners();

}  // namespace millrace::parity
