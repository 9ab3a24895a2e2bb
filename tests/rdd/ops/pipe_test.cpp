#include <millrace/rdd/ops/pipe.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/captured_log.hpp"
#include "support/engines.hpp"
#include "support/keyed.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::expectFailureIn;
using test::rddOf;
using test::Shape;
using test::sorted;
using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Texts = std::vector<std::pair<int, std::string>>;

using Lines = std::vector<std::string>;

TEST(Pipe, GivesRecordsAsLinesAndTakesLines) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {1, 2, 3, 4});
    EXPECT_EQ(rdd.pipe("cat").collect(), (Lines{"1", "2", "3", "4"}));
    EXPECT_EQ(rdd.pipe(Lines{"sed", "s/$/ x/"}).collect(), (Lines{"1 x", "2 x", "3 x", "4 x"}));
    auto views = rddOf<std::string_view>(shape, {"a b", "", "c"});
    EXPECT_EQ(views.pipe("  cat   - ").collect(), (Lines{"a b", "", "c"}));
  }
}

TEST(Pipe, RunsAProcessForEachPartitionAlsoForEmptyOnes) {
  EXPECT_EQ(rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4}).pipe("wc -l").collect(), (Lines{"2", "2"}));
  EXPECT_EQ(rddOf<int>(Shape{.partitions = 2}, {}).pipe("wc -l").collect(), (Lines{"0", "0"}));
}

TEST(Pipe, TakesALastLineWithoutItsEnd) {
  auto rdd = rddOf<int>(Shape{.partitions = 1}, {1});
  EXPECT_EQ(rdd.pipe(Lines{"printf", "a\\r\\nb\\n\\nc"}).collect(), (Lines{"a", "b", "", "c"}));
  EXPECT_TRUE(rdd.pipe("true").collect().empty());
}

TEST(Pipe, WritesContextAndElementsAsAsked) {
  PipeOptions<int> options;
  options.printPipeContext = [](const LineWriter& write) {
    write("0");
    write("\x01");
  };
  options.printRDDElement = [](const int& x, const LineWriter& write) { write(std::to_string(x) + "_"); };
  EXPECT_EQ(rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4}).pipe("cat", options).collect(),
            (Lines{"0", "\x01", "1_", "2_", "0", "\x01", "3_", "4_"}));
  EXPECT_EQ(rddOf<int>(Shape{.partitions = 1}, {}).pipe("cat", options).collect(), (Lines{"0", "\x01"}));
}

TEST(Pipe, SetsTheEnvironmentAndADirectoryOfItsOwn) {
  auto rdd = rddOf<int>(Shape{.partitions = 2}, {1});
  PipeOptions<int> options{.env = {{"MILLRACE_PIPE_TEST", "a value"}}, .separateWorkingDir = true};
  EXPECT_EQ(rdd.coalesce(1).pipe("printenv MILLRACE_PIPE_TEST", options).collect(), Lines{"a value"});
  auto directories = rdd.pipe("pwd", options).collect();
  ASSERT_EQ(directories.size(), 2u);
  EXPECT_NE(directories[0], directories[1]);
  for (const auto& directory : directories) {
    EXPECT_NE(directory, std::filesystem::current_path());
    EXPECT_FALSE(std::filesystem::exists(directory)) << "removed when the child had ended";
  }
}

TEST(Pipe, FailsWithTheCommandAndItsEnd) {
  auto rdd = rddOf<int>(Shape{.partitions = 2}, {1, 2});
  expectFailureIn("pipe", "'sh -c exit 7' ended with status 7", [&] {
    rdd.pipe(Lines{"sh", "-c", "exit 7"}).collect();
  });
  expectFailureIn("pipe", "ended by signal 9", [&] { rdd.pipe(Lines{"sh", "-c", "kill -9 $$"}).collect(); });
  expectFailureIn("pipe", "'no-such-program-here' cannot be run",
                  [&] { rdd.pipe("no-such-program-here").collect(); });
  EXPECT_THROW(rdd.pipe(" "), IllegalArgument);
  auto bad = rdd.map([](int) -> int { throw std::runtime_error("no good"); });
  expectFailureIn("map", "no good", [&] { bad.pipe("cat").collect(); });
}

// Far more than a pipe holds, both ways at once, and with error output besides.
TEST(Pipe, DoesNotBlockOnMuchInputAndOutput) {
  test::CapturedLog log;
  auto many = rddOf<int>(Shape{.partitions = 2, .threads = 2}, {0, 1}).flatMap([](int) {
    return std::views::iota(0, 200'000);
  });
  EXPECT_EQ(many.pipe("cat").count(), 400'000);
  auto noisy = many.pipe(Lines{"sh", "-c", "head -c 200000 /dev/zero | tr '\\0' 'e' >&2; cat"});
  EXPECT_EQ(noisy.count(), 400'000);
  EXPECT_EQ(log.lines().size(), 2u);
}

TEST(Pipe, LetsAChildLeaveItsInputUnread) {
  auto many =
      rddOf<int>(Shape{.partitions = 1}, {0}).flatMap([](int) { return std::views::iota(0, 1'000'000); });
  EXPECT_EQ(many.pipe("head -n 2").collect(), (Lines{"0", "1"}));
  EXPECT_TRUE(many.pipe("true").collect().empty());
}

/// Looks until the process is gone, or a zombie of whoever inherited it: a signal takes its time.
bool hasEnded(const std::string& pid) {
  for (int look = 0; look < 1'000'000; ++look) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string line;
    if (!std::getline(stat, line) || line.find(") Z") != std::string::npos) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(Pipe, EndsAChildThatNobodyReadsToItsEnd) {
  auto rdd = rddOf<int>(Shape{.partitions = 1}, {1});
  EXPECT_EQ(rdd.pipe("yes").take(2), (Lines{"y", "y"}));
  auto asked = rdd.pipe(Lines{"sh", "-c", "echo $$; sleep 1000 & echo $!; wait"}).take(2);
  ASSERT_EQ(asked.size(), 2u);
  for (const auto& pid : asked) EXPECT_TRUE(hasEnded(pid)) << pid;
}

TEST(Pipe, LogsTheErrorOutput) {
  test::CapturedLog log;
  rddOf<int>(Shape{.partitions = 1}, {1}).pipe(Lines{"sh", "-c", "echo one >&2; printf two >&2"}).collect();
  ASSERT_EQ(log.lines().size(), 2u);
  EXPECT_NE(log.lines()[0].find("line=one"), std::string::npos) << log.lines()[0];
  EXPECT_NE(log.lines()[1].find("line=two"), std::string::npos) << log.lines()[1];
}

}  // namespace
}  // namespace millrace
