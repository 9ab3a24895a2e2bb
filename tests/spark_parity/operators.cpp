#include "spark_parity/parity.hpp"

#include <millrace/base/parse.hpp>

#include <atomic>
#include <cctype>
#include <memory>
#include <string_view>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Strings = std::vector<std::string>;

auto words(auto stream) {
  return stream.map([](auto word) { return std::pair(word, 1); }).reduceByKey(std::plus<>{});
}

auto characters(auto stream) {
  return stream.flatMap([](std::string_view text) {
    Strings all;
    for (char c : text) all.push_back(std::string(1, c));
    return all;
  });
}

auto shouted(auto stream) {
  return stream.mapPartitions([](auto& records) {
    std::string all;
    for (const std::string& record : records) {
      for (char c : record) all += static_cast<char>(std::toupper(c));
    }
    return Strings{all};
  });
}

}  // namespace

auto seen(auto stream) {
  return stream.map([](auto word) { return std::pair(word, 1); });
}

std::map<std::string, Runner> operatorRunners() {
  return {
      {"A01",
       [](const Json& row) {
         expectVector<int>(row,
                           [](auto stream) { return stream.map([](int x) { return std::to_string(x); }); });
       }},
      {"A02",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) {
           return stream.flatMap([](int x) { return std::vector{x, 2 * x}; });
         });
       }},
      {"A03",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.filter([](int x) { return x % 2 == 0; }); });
       }},
      {"A05",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) {
           return stream.mapPartitions([](auto& records) {
             int sum = 0;
             for (int record : records) sum += record;
             return std::vector<int>{sum};
           });
         });
       }},
      {"A04", [](const Json& row) { expectVector<int>(row, [](auto stream) { return stream.glom(); }); }},
      {"A08",
       [](const Json& row) {
         expectVector<std::string>(row, [](auto stream) { return seen(stream).groupByKey(); });
         expectVector<std::string_view>(row, [](auto stream) { return seen(stream).groupByKey(); });
       }},
      {"A10",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) { return stream.reduce(std::plus<>{}); });
       }},
      {"A11", [](const Json& row) { expectVector<int>(row, [](auto stream) { return stream.count(); }); }},
      {"A12",
       [](const Json& row) { expectVector<int>(row, [](auto stream) { return stream.countByValue(); }); }},
      {"A13",
       [](const Json& row) {
         expectVector<std::string>(
             row, [](auto stream) { return words(stream).mapValues([](int v) { return v + 10; }); });
       }},
      {"A14",
       [](const Json& row) {
         expectVector<std::string>(row, [](auto stream) {
           return words(stream).flatMapValues([](int v) { return std::vector{v, v + 10}; });
         });
       }},
      {"G01", [](const Json& row) { expectVector<int>(row, [](auto stream) { return stream.count(); }); }},
      {"G13",
       [](const Json& row) {
         expectVector<std::pair<std::string, int>>(row, [](auto stream) {
           return stream.combineByKey(std::identity{}, std::plus<>{}, std::plus<>{}, HashPartitioner(2));
         });
       }},
      {"G19",
       [](const Json& row) {
         expectVector<std::string_view>(row, [](auto stream) { return stream.countByValue(); });
       }},
      {"A09",
       [](const Json& row) {
         expectVector<std::string>(row, [](auto stream) { return words(stream); });
         expectVector<std::string_view>(row, [](auto stream) { return words(stream); });
       }},
      {"G08",
       [](const Json& row) {
         expectVector<std::string>(row, [](auto stream) { return characters(stream); });
         expectVector<std::string_view>(row, [](auto stream) { return characters(stream); });
       }},
      {"G09",
       [](const Json& row) {
         Json one = row;
         one.as_object()["partitions"] = 1;
         expectVector<std::string>(one, [](auto stream) { return shouted(stream); });
         expectVector<std::string_view>(one, [](auto stream) { return shouted(stream); });
       }},
      {"G10",
       [](const Json& row) {
         inEveryWay(row, [&](const test::StreamOptions& options) {
           std::atomic<int> calls = 0, elements = 0;
           test::StreamTest running(options);
           running.source<int>(fromJson<test::Batches<int>>(row.at("in")))
               .foreachRDD([&](const RDD<int>& rdd) {
                 ++calls;
                 rdd.foreach ([&](int) { ++elements; });
               });
           running.run(2);
           EXPECT_EQ(calls, fromJson<int>(row.at("expect").at("rdd calls")));
           EXPECT_EQ(elements, fromJson<int>(row.at("expect").at("element calls")));
         });
       }},
      {"G12",
       [](const Json& row) {
         using Pair = std::pair<std::string, int>;
         expectVector<Pair>(row, [](auto stream) { return stream.reduceByKey(std::plus<>{}); });
         expectVector<std::pair<std::string_view, int>>(
             row, [](auto stream) { return stream.reduceByKey(std::plus<>{}); });
       }},
  };
}

}  // namespace millrace::parity
