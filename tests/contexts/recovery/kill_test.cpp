#include "contexts/child_process.hpp"
#include "support/scratch_directory.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

constexpr int kKeys = 10;

/// MILLRACE_KILLS, or as many as a test has time for.
int killsWanted() {
  const char* given = std::getenv("MILLRACE_KILLS");
  return given == nullptr ? 15 : std::atoi(given);
}

/// What counting_program writes, and what its last run has said, against what has to be there.
class CountedOnce : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<test::ChildProcess> start(std::int64_t limit) {
    std::string mode = GetParam();
    if (mode == "either") mode = random() % 2 == 0 ? "micro-batch" : "continuous";
    const std::string epochs =
        "spark.streaming.continuous.checkpointEpochs=" + std::to_string(1 + random() % 3);
    return std::make_unique<test::ChildProcess>(
        MILLRACE_COUNTING_PROGRAM,
        std::vector<std::string>{"--mode", mode, "--master", "local[2]", "--conf", epochs,
                                 scratch / "checkpoint", scratch / "output", std::to_string(limit)});
  }

  /// The numbers that the outputs have of each key. Lines that were being written when the process died do not count.
  std::map<int, std::set<std::int64_t>> outputs() const {
    std::map<int, std::set<std::int64_t>> numbers;
    std::istringstream lines(scratch.read("output"));
    for (std::string line; std::getline(lines, line);) {
      int key = 0;
      std::int64_t number = 0;
      char end = 0;
      std::istringstream words(line);
      if (words >> key >> number >> end && end == ';' && words.peek() == EOF) numbers[key].insert(number);
    }
    return numbers;
  }

  /// Runs to the end of `limit` records of each key, and stops gracefully.
  void expectAllCountedOnce(std::int64_t limit) {
    const auto program = start(limit);
    program->awaitText("complete");
    program->send(SIGTERM);
    EXPECT_EQ(program->end(), 0) << program->said();
    std::int64_t marks = 0;
    for (std::int64_t number = 0; number < limit; ++number)
      marks +=
          static_cast<std::int64_t>((static_cast<std::uint64_t>(number) + 1) * 0x9E3779B97F4A7C15ULL >> 32);
    for (int key = 0; key < kKeys; ++key) {
      const std::string tally =
          "\ntally " + std::to_string(key) + ' ' + std::to_string(limit) + ' ' + std::to_string(marks) + '\n';
      EXPECT_TRUE(program->hasSaid(tally)) << tally << program->said();
    }
    for (const auto& [key, numbers] : outputs()) {
      EXPECT_EQ(numbers.size(), static_cast<std::size_t>(limit)) << key;
      EXPECT_EQ(*numbers.rbegin(), limit - 1) << key;
    }
    EXPECT_EQ(outputs().size(), static_cast<std::size_t>(kKeys));
  }

  const test::Seed seed;
  std::mt19937_64 random{seed};
  const test::ScratchDirectory scratch;
};

TEST_P(CountedOnce, WhenTheProcessIsKilledAtAnyMoment) {
  for (int kill = 0; kill < killsWanted(); ++kill) {
    const auto program = start(0);
    // Every other run gets somewhere: of one batch not so many may die that the run is refused.
    if (kill % 2 == 1) program->awaitText("version ");
    program->awaitLines(1 + random() % 40);
    program->send(SIGKILL);
    ASSERT_EQ(program->end(), -SIGKILL) << program->said();
  }
  std::int64_t newest = 0;
  for (const auto& [key, numbers] : outputs()) newest = std::max(newest, *numbers.rbegin());
  expectAllCountedOnce(newest + 100);
  expectAllCountedOnce(newest + 200);  // the graceful stop has left nothing to be counted again
}

INSTANTIATE_TEST_SUITE_P(Modes, CountedOnce, testing::Values("micro-batch", "continuous", "either"),
                         [](const auto& mode) {
                           std::string name = mode.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace millrace
