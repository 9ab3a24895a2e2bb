#include "spark_parity/parity.hpp"

#include <string_view>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Records = std::vector<int>;
using Strings = std::vector<std::string>;
using Pair = std::pair<int, int>;

auto ones(auto stream) {
  return stream.map([](auto key) { return std::pair(key, 1); });
}
auto exes(auto stream) {
  return stream.map([](auto key) { return std::pair(key, std::string("x")); });
}

/// A program that fails, in both modes, after what the row has in `before`, which may be missing.
template <class T, class Program>
void expectFailure(const Json& row, const char* before, const std::string& failure, Program program) {
  const auto in = fromJson<test::Batches<T>>(row.at("in"));
  test::inBothModes([&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto outputs = running.collect(program(running, running.source<T>(in)));
    const std::string text = running.failureOf(static_cast<int>(in.size()));
    EXPECT_NE(text.find(failure), std::string::npos) << text;
    if (before == nullptr) return;
    auto expected = fromJson<std::vector<std::vector<T>>>(row.at(before));
    for (auto& batch : expected) std::ranges::sort(batch);
    EXPECT_EQ(outputs.sorted(), expected);
  });
}

void transformed(const Json& row) {
  expectVector<int>(row, [](auto stream) {
    return stream.transform(
        [](const RDD<int>& rdd) { return rdd.map([](int x) { return std::to_string(x); }); });
  });
}

void transformedToNull(const Json& row) {
  expectFailure<int>(row, nullptr, "must not return null, give an empty RDD", [](auto&, auto stream) {
    return stream.transform([](const RDD<int>&) { return RDD<int>(); });
  });
}

void transformedWithoutAnRdd(const Json& row) {
  expectFailure<int>(
      row, nullptr, "batch 3000 ms, making its jobs: transform #1 could not generate an RDD",
      [](auto&, auto stream) { return stream.transform([](const RDD<int>& rdd) { return rdd; }); });
}

void transformedWith(const Json& row) {
  expectVectorOfTwo<std::string, std::string>(row, [](auto left, auto right) {
    return ones(left).transformWith(exes(right), [](const auto& a, const auto& b) { return a.join(b); });
  });
}

void unitedWithoutAnRdd(const Json& row) {
  const auto in2 = fromJson<test::Batches<std::string>>(row.at("in2"));
  expectFailure<std::string>(row, "first_three_out", "transformWith #2 could not generate an RDD",
                             [&](test::StreamTest& running, auto left) {
                               return left.transformWith(
                                   running.source<std::string>(in2),
                                   [](const auto& a, const auto& b) { return a.union_(b); });
                             });
}

void transformedOfThree(const Json& row) {
  expectFailure<int>(row, nullptr, "batch 4000 ms, making its jobs",
                     [](test::StreamTest& running, auto stream) {
                       auto plus = [&](int n) { return stream.map([n](int x) { return x + n; }); };
                       return running.context().transform(
                           std::vector<DStream<int>>{stream, plus(4), plus(8)},
                           [](const std::vector<RDD<int>>& rdds) { return RDD<int>::union_(rdds); });
                     });
}

void cogrouped(const Json& row) {
  expectVectorOfTwo<std::string, std::string>(
      row, [](auto left, auto right) { return ones(left).cogroup(exes(right)); });
}

template <class Join>
void joined(const Json& row, Join join) {
  expectVectorOfTwo<std::string, std::string>(
      row, [&](auto left, auto right) { return join(ones(left), exes(right)); });
  expectVectorOfTwo<std::string_view, std::string>(
      row, [&](auto left, auto right) { return join(ones(left), exes(right)); });
}

}  // namespace

std::map<std::string, Runner> combinedRunners() {
  return {
      {"A18", transformed},
      {"A19", transformedToNull},
      {"A20", transformedWithoutAnRdd},
      {"A21", transformedWith},
      {"A22", unitedWithoutAnRdd},
      {"A24", transformedOfThree},
      {"A25", cogrouped},
      {"A26", [](const Json& row) { joined(row, [](auto l, auto r) { return l.join(r); }); }},
      {"A27", [](const Json& row) { joined(row, [](auto l, auto r) { return l.leftOuterJoin(r); }); }},
      {"A29", [](const Json& row) { joined(row, [](auto l, auto r) { return l.fullOuterJoin(r); }); }},
      {"G06",
       [](const Json& row) {
         expectVector<int>(row, [](auto stream) {
           return stream.transform([](const RDD<int>& rdd) { return rdd.map([](int x) { return x + 2; }); });
         });
       }},
      {"G21",
       [](const Json& row) {
         expectVector<Pair>(row, [](auto stream) {
           return stream.transform([](const RDD<Pair>& rdd) { return rdd.sortByKey(); });
         });
       }},
  };
}

}  // namespace millrace::parity
