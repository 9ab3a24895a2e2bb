#include "spark_parity/parity.hpp"

#include <millrace/base/error.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Mixed = std::variant<std::int64_t, std::string>;
using MixedPair = std::pair<Mixed, int>;
using Pair = std::pair<std::string, int>;

constexpr Duration kThree = Milliseconds(1500), kFive = Milliseconds(2500), kOne = Milliseconds(500);

void refusedLengths(const Json&) {
  test::StreamTest running({.batch = kOne});
  auto stream = running.source<Pair>({});
  for (Duration window : {Milliseconds(100), Milliseconds(1000)}) {
    EXPECT_THROW(stream.reduceByKeyAndWindow(std::plus<>{}, window, Milliseconds(100)), IllegalArgument);
    EXPECT_THROW(stream.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, window, Milliseconds(100)),
                 IllegalArgument);
  }
}

void combined(const Json& row) {
  expectVector<MixedPair>(row, [](auto stream) {
    return stream.combineByKey([](int v) { return std::to_string(v); },
                               [](std::string text, int v) { return text + std::to_string(v); },
                               std::plus<std::string>{}, 2);
  });
}

/// Records 1 to 4, 5 to 8, … of batches of which each of two senders has half.
std::vector<int> senderBySender(std::vector<int> records) {
  std::ranges::stable_sort(records, {}, [](int record) { return (record - 1) % 4 / 2; });
  return records;
}

void united(const Json& row) {
  expectVectorOfTwo<int, int>(row, [](auto left, auto right) { return left.union_(right); });
}

void appended(const Json& row) {
  expectVector<Pair>(row, [](auto stream) {
    using List = std::vector<int>;
    return stream.updateStateByKey([](const List& values, std::optional<List> old) -> std::optional<List> {
      List all = old.value_or(List());
      all.insert(all.end(), values.begin(), values.end());
      return all;
    });
  });
}

}  // namespace

std::map<std::string, Runner> pythonRunners() {
  return {
      {"P01",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.window(kThree, kOne).count(); });
       }},
      {"P02",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.countByWindow(kThree, kOne); });
       }},
      {"P03",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.countByWindow(kFive, kOne); });
       }},
      {"P05",
       [](const Json& row) {
         expectVector<Pair>(row, [](auto stream) { return stream.groupByKeyAndWindow(kThree, kOne); });
       }},
      {"P07", refusedLengths},
      {"P08",
       [](const Json& row) {
         expectVectorOfTwo<MixedPair, MixedPair>(row,
                                                 [](auto left, auto right) { return left.cogroup(right); });
       }},
      {"P09", combined},
      {"P10",
       [](const Json& row) { expectVector<Mixed>(row, [](auto stream) { return stream.countByValue(); }); }},
      {"P11",
       [](const Json& row) {
         inEveryWay(row, [&](const test::StreamOptions& options) {
           test::StreamTest running(options);
           auto glommed =
               running.source<int>(fromJson<test::Batches<int>>(row.at("in"))).repartition(1).glom();
           // A continuous exchange keeps the order of each sender, not one between senders (docs/operators.md).
           if (options.mode == StreamingMode::kContinuous) glommed = glommed.map(senderBySender);
           expectOutputs(row, running, glommed);
         });
       }},
      {"P12", united},
      {"P14", appended},
  };
}

}  // namespace millrace::parity
