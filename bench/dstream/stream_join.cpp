#include "benchmarks.hpp"
#include "dstream/stepped_program.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

#include <millrace/dstream/ops.hpp>

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 1'000'000;
constexpr std::size_t kBatches = 5;

std::int64_t markOf(std::int64_t left, std::int64_t right) { return left * 31 ^ right; }

std::int64_t joinedByHand(const std::vector<Pair>& left, const std::vector<Pair>& right) {
  PairTable<std::vector<std::int64_t>> table;
  for (const auto& [key, value] : left) table[key].push_back(value);
  std::int64_t sum = 0;
  for (const auto& [key, value] : right) {
    auto at = table.find(key);
    if (at == table.end()) continue;
    for (std::int64_t other : at->second) sum += markOf(other, value);
  }
  return sum;
}

class EngineJoin {
 public:
  EngineJoin(const std::vector<Pair>& left, const std::vector<Pair>& right)
      : left_(program_.sparkContext().parallelize(left, 1)),
        right_(program_.sparkContext().parallelize(right, 1)) {
    auto a = program_.context().queueStream(lefts_), b = program_.context().queueStream(rights_);
    a.join(b, 1).foreachRDD([this](const auto& joined) {
      sum_ =
          sumOf(joined, [](const auto& record) { return markOf(record.second.first, record.second.second); });
    });
    program_.context().start();
  }
  std::int64_t next() {
    lefts_.push(left_);
    rights_.push(right_);
    program_.step();
    return sum_;
  }

 private:
  std::int64_t sum_ = 0;
  RDDQueue<Pair> lefts_, rights_;
  SteppedProgram program_{1};
  RDD<Pair> left_, right_;
};

}  // namespace

void streamJoin(Session& session) {
  const auto left = randomPairs(kRecords, kRecords);
  const auto right = randomPairs(kRecords, kRecords, kRecords);
  const std::int64_t expected = joinedByHand(left, right);
  EngineJoin engine(left, right);
  auto batches = [&](const std::function<std::int64_t()>& next) {
    return [=] {
      double seconds = secondsOf([&] {
        for (std::size_t i = 0; i < kBatches; ++i) expectEqual("joined", next(), expected);
      });
      return seconds * 1e3 / kBatches;
    };
  };
  session.report("join of two streams, 1 M records each", "ms",
                 session.measure({{"hand", batches([&] { return joinedByHand(left, right); })},
                                  {"engine", batches([&] { return engine.next(); })}}),
                 ratioAtMost(3));
}

}  // namespace millrace::bench
