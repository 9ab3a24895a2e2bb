#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"

#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/ops.hpp>

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 1 << 20;
constexpr int kPasses = 16;
constexpr int kOperators = 6;

/// Three maps and three filters, of which nearly all records pass: what is measured is the way from one to the next.
constexpr auto kMap1 = [](std::int64_t x) { return x * 3; };
constexpr auto kFilter1 = [](std::int64_t x) { return (x & 1023) != 7; };
constexpr auto kMap2 = [](std::int64_t x) { return x + 11; };
constexpr auto kFilter2 = [](std::int64_t x) { return (x & 2047) != 5; };
constexpr auto kMap3 = [](std::int64_t x) { return x ^ 0x55; };
constexpr auto kFilter3 = [](std::int64_t x) { return (x & 4095) != 3; };

std::int64_t byHand(const std::vector<std::int64_t>& records) {
  std::int64_t sum = 0;
  for (std::int64_t record : records) {
    std::int64_t x = kMap1(record);
    if (!kFilter1(x)) continue;
    x = kMap2(x);
    if (!kFilter2(x)) continue;
    x = kMap3(x);
    if (kFilter3(x)) sum += x;
  }
  return sum;
}

/// Nanoseconds per record and operator of a program that gives the sum of what passes all six.
double costOf(const std::function<std::int64_t()>& program, std::int64_t expected) {
  std::int64_t sum = 0;
  double seconds = secondsOf([&] {
    for (int pass = 0; pass < kPasses; ++pass) sum += program();
  });
  expectEqual("sum of the chain", sum, expected * kPasses);
  return seconds * 1e9 / kPasses / kRecords / kOperators;
}

}  // namespace

void opChain(Session& session) {
  std::vector<std::int64_t> records(kRecords);
  std::iota(records.begin(), records.end(), 0);
  std::int64_t expected = byHand(records);
  auto engine = pinnedEngine(1);
  auto chain = RDD<std::int64_t>(core::parallelNode(engine, records, 1))
                   .map(kMap1)
                   .filter(kFilter1)
                   .map(kMap2)
                   .filter(kFilter2)
                   .map(kMap3)
                   .filter(kFilter3);
  Figures figures = session.measure({
      {"hand", [&] { return costOf([&] { return byHand(records); }, expected); }},
      {"engine", [&] { return costOf([&] { return chain.reduce(std::plus<>()); }, expected); }},
  });
  session.report("op_chain, per record and operator", "ns", figures, engineAtMost(0.7));
}

}  // namespace millrace::bench
