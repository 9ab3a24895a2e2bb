#include "spark_parity/parity.hpp"

#include <cstddef>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Records = std::vector<int>;

/// Each batch of a range of numbers becomes exactly as many partitions, which hold all of it.
void repartition(const Json& row, int partitions) {
  std::vector<Records> batches;
  for (const auto& [first, last] : fromJson<std::vector<std::pair<int, int>>>(row.at("in_ranges")))
    std::ranges::copy(std::views::iota(first, last + 1), std::back_inserter(batches.emplace_back()));
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto outputs = running.collect(running.source<int>(test::batches(batches)).repartition(partitions));
    running.run(static_cast<int>(batches.size()));
    EXPECT_EQ(outputs.sorted(), batches);
    for (const auto& output : outputs.all())
      EXPECT_EQ(output.partitions.size(), static_cast<std::size_t>(partitions));
  });
}

auto withFourMore(auto stream) {
  return stream.union_(stream.map([](int x) { return x + 4; }));
}

void unionWithoutAnRdd(const Json& row) {
  test::inBothModes([&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto outputs =
        running.collect(withFourMore(running.source<int>(fromJson<test::Batches<int>>(row.at("in")))));
    EXPECT_EQ(
        running.failureOf(4),
        "batch 4000 ms, making its jobs: union #2 could not generate an RDD from its parent Test stream "
        "#0 at time "
        "4000 ms: a source that has no data has to give an empty RDD");
    EXPECT_EQ(outputs.records(), fromJson<std::vector<Records>>(row.at("first_three_out")));
  });
}

void unionOfSources(const Json& row) {
  inEveryWay(row, [&](const test::StreamOptions& options) {
    test::StreamTest running(options);
    auto first = running.source<int>(fromJson<test::Batches<int>>(row.at("in")));
    auto second = running.source<int>(fromJson<test::Batches<int>>(row.at("in2")));
    auto outputs = running.collect(first.union_(second));
    running.run(3);
    EXPECT_EQ(outputs.sorted(), fromJson<std::vector<Records>>(row.at("out")));
  });
}

}  // namespace

std::map<std::string, Runner> partitionRunners() {
  return {
      {"A06", [](const Json& row) { repartition(row, 5); }},
      {"A07", [](const Json& row) { repartition(row, 2); }},
      {"A15",
       [](const Json& row) { expectVector<int>(row, [](auto stream) { return withFourMore(stream); }); }},
      {"A16", unionWithoutAnRdd},
      {"G11", unionOfSources},
  };
}

}  // namespace millrace::parity
