#include "build.hpp"
#include "model.hpp"
#include "random_program.hpp"

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace millrace::programs {
namespace {

constexpr std::uint64_t kProgramsPerTest = 100;

RunOptions optionsOf(std::uint64_t seed, const std::string& mode) {
  constexpr int kThreads[] = {1, 2, 4};
  constexpr std::size_t kChunks[] = {1, 3, 1024};
  constexpr int kPartitions[] = {0, 1, 5};
  return {mode, kThreads[seed % 3], kPartitions[seed / 9 % 3], kChunks[seed / 3 % 3]};
}

/// What is wrong with a run, or empty.
std::string difference(const Program& program, const RunOptions& options) {
  Outcome expected = runModel(program), got = run(program, options);
  std::string where = options.mode + ", " + std::to_string(options.threads) + " threads, " +
                      std::to_string(options.partitions) + " partitions, chunks of " +
                      std::to_string(options.chunk) + ": ";
  if (expected.errorTime != got.errorTime)
    return where + "expected " + expected.error.value_or("no error") + ", got " +
           got.error.value_or("no error");
  for (std::size_t i = 0; i < std::max(expected.batches.size(), got.batches.size()); ++i) {
    std::string want = i < expected.batches.size() ? toJson(expected.batches[i]) : "nothing";
    std::string have = i < got.batches.size() ? toJson(got.batches[i]) : "nothing";
    if (want != have) return where + "expected " + want + ", got " + have;
  }
  return {};
}

void check(const test::Seed& seed) {
  Program program = randomProgram(seed);
  for (const char* mode : {"micro-batch", "continuous"}) {
    RunOptions options = optionsOf(seed, mode);
    if (difference(program, options).empty()) continue;
    Program small = shrink(program, [&](const Program& p) { return !difference(p, options).empty(); });
    std::string why = difference(small, options);
    FAIL() << (why.empty() ? difference(program, options) + " (at times)" : why) << '\n'
           << toJson(why.empty() ? program : small);
  }
}

/// 2,000 random programs: micro-batch = continuous = a plain model, batch by batch. MILLRACE_SEED runs one seed only.
class BothModes : public testing::TestWithParam<std::uint64_t> {};

TEST_P(BothModes, EqualThePlainModel) {
  if (const auto given = test::givenSeed()) return check(test::Seed(*given));
  for (std::uint64_t i = 0; i < kProgramsPerTest && !HasFailure(); ++i)
    check(test::Seed(GetParam() * kProgramsPerTest + i));
}

INSTANTIATE_TEST_SUITE_P(Programs, BothModes, testing::Range<std::uint64_t>(0, 20));

}  // namespace
}  // namespace millrace::programs
