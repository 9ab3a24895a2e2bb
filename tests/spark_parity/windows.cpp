#include "spark_parity/parity.hpp"

#include <string_view>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Pair = std::pair<std::string, int>;

Duration windowOf(const Json& row) { return Milliseconds(fromJson<std::int64_t>(row.at("window_ms"))); }
Duration slideOf(const Json& row) { return Milliseconds(fromJson<std::int64_t>(row.at("slide_ms"))); }

void window(const Json& row, Duration length, Duration slide) {
  expectVector<int>(row, [&](auto stream) { return stream.window(length, slide); });
}

void plainReduce(const Json& row) {
  expectVector<Pair>(row, [&](auto stream) {
    return stream.reduceByKeyAndWindow(std::plus<>{}, windowOf(row), slideOf(row));
  });
}

void inverseReduce(const Json& row) {
  expectVector<Pair>(row, [&](auto stream) {
    return stream.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, windowOf(row), slideOf(row));
  });
}

void filteredReduce(const Json& row) {
  expectVector<Pair>(row, [&](auto stream) {
    return stream.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, windowOf(row), slideOf(row), 2,
                                       [](const auto& kv) { return kv.second != 0; });
  });
}

/// Groups are compared as sets: both are sorted.
void groupedWindow(const Json& row) {
  Json sorted = row;
  sorted.as_object()["cmp"] = "set";
  for (auto& batch : sorted.at("out").as_array()) {
    for (auto& group : batch.as_array()) {
      auto values = fromJson<std::vector<int>>(group.at(1));
      std::ranges::sort(values);
      group.as_array()[1] = boost::json::value_from(values);
    }
  }
  expectVector<Pair>(sorted, [](auto stream) {
    return stream.groupByKeyAndWindow(Seconds(2), Seconds(1)).mapValues([](std::vector<int> values) {
      std::ranges::sort(values);
      return values;
    });
  });
}

}  // namespace

std::map<std::string, Runner> windowRunners() {
  std::map<std::string, Runner> runners{
      {"B01", [](const Json& row) { window(row, windowOf(row), slideOf(row)); }},
      {"B02", [](const Json& row) { window(row, windowOf(row), slideOf(row)); }},
      {"B04", [](const Json& row) { window(row, windowOf(row), slideOf(row)); }},
      {"B18", filteredReduce},
      {"G02",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.window(Seconds(2)); });
       }},
      {"G03", [](const Json& row) { window(row, Seconds(4), Seconds(2)); }},
      {"G15",
       [](const Json& row) {
         auto sum = [](int a, int b) { return a + b; };
         expectVector<Pair>(
             row, [&](auto stream) { return stream.reduceByKeyAndWindow(sum, Seconds(2), Seconds(1)); });
       }},
  };
  runners.emplace("B19", groupedWindow);
  runners.emplace("G14", groupedWindow);
  runners.emplace("B20", [](const Json& row) {
    expectVector<int>(row, [&](auto stream) { return stream.countByWindow(windowOf(row), slideOf(row)); });
  });
  runners.emplace("B21", [](const Json& row) {
    expectVector<std::string_view>(
        row, [&](auto stream) { return stream.countByValueAndWindow(windowOf(row), slideOf(row)); });
  });
  runners.emplace("G20", [](const Json& row) {
    expectVector<std::string>(
        row, [](auto stream) { return stream.countByValueAndWindow(Seconds(2), Seconds(1)); });
  });
  runners.emplace("G04", [](const Json& row) {
    expectVector<int>(
        row, [](auto stream) { return stream.reduceByWindow(std::plus<>{}, Seconds(2), Seconds(1)); });
    expectVector<int>(row, [](auto stream) {
      return stream.reduceByWindow(std::plus<>{}, std::minus<>{}, Seconds(2), Seconds(1));
    });
  });
  for (const char* id : {"B06", "B07", "B09", "B10", "B11"}) runners.emplace(id, plainReduce);
  for (const char* id : {"B12", "B13", "B14", "B15", "B17"}) runners.emplace(id, inverseReduce);
  return runners;
}

}  // namespace millrace::parity
