#include <millrace/dstream/output/print.hpp>

#include "support/scratch_directory.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <iostream>
#include <limits>
#include <optional>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::StreamTest;

/// What stands on stdout while it lives.
class CapturedOutput {
 public:
  CapturedOutput() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  explicit CapturedOutput(std::streambuf& to) : before_(std::cout.rdbuf(&to)) {}
  ~CapturedOutput() { std::cout.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

std::string printed(const test::Batches<std::pair<std::string, int>>& in, int num, int batches) {
  CapturedOutput output;
  StreamTest running({.shape = {.partitions = 3}});
  running.source<std::pair<std::string, int>>(in).print(num);
  running.run(batches);
  return output.text();
}

const std::string kDashes(43, '-');
std::string header(int ms) { return kDashes + "\nTime: " + std::to_string(ms) + " ms\n" + kDashes + "\n"; }

TEST(Print, ShowsTheFirstRecordsOfEachBatch) {
  EXPECT_EQ(printed({{{{"a", 1}, {"b", 2}, {"c", 3}}}, {{{"d", 4}}}, {{}}, std::nullopt}, 2, 4),
            header(1000) + "(a,1)\n(b,2)\n...\n\n" + header(2000) + "(d,4)\n\n" + header(3000) + "\n");
}

TEST(Print, OfAsManyAsThereAreHasNoEllipsis) {
  EXPECT_EQ(printed({{{{"a", 1}, {"b", 2}}}}, 2, 1), header(1000) + "(a,1)\n(b,2)\n\n");
  EXPECT_EQ(printed({{{{"a", 1}}}}, 0, 1), header(1000) + "...\n\n");
}

TEST(Print, OfAsManyAsAnIntCountsShowsAll) {
  EXPECT_EQ(printed({{{{"a", 1}, {"b", 2}, {"c", 3}}}}, std::numeric_limits<int>::max(), 1),
            header(1000) + "(a,1)\n(b,2)\n(c,3)\n\n");
}

TEST(Print, ShowsTenByDefault) {
  CapturedOutput output;
  StreamTest running;
  running.source<int>(test::batches<int>({{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}})).print();
  running.run(1);
  EXPECT_EQ(output.text(), header(1000) + "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n...\n\n");
}

struct Point {
  int x;
  friend std::ostream& operator<<(std::ostream& out, const Point& point) {
    return out << "Point at " << point.x;
  }
};

/// The lines of one batch of one partition, without its header.
template <class T>
std::string linesOf(std::vector<T> records) {
  CapturedOutput output;
  StreamTest running({.shape = {.partitions = 1}});
  running.source<T>(test::Batches<T>{std::move(records)}).print();
  running.run(1);
  return output.text().substr(header(1000).size());
}

TEST(Print, ShowsRecordsAsSparkDoes) {
  using Groups = std::pair<std::vector<int>, std::vector<std::string>>;
  EXPECT_EQ(linesOf<double>({1, 0.1, 1e10, -0.0, 1e-5, 12345678.9}),
            "1.0\n0.1\n1.0E10\n-0.0\n1.0E-5\n1.23456789E7\n\n");
  EXPECT_EQ((linesOf<std::pair<std::string, std::pair<int, std::optional<double>>>>(
                {{"a", {1, 2.5}}, {"b", {2, std::nullopt}}})),
            "(a,(1,Some(2.5)))\n(b,(2,None))\n\n");
  EXPECT_EQ((linesOf<std::pair<int, Groups>>({{1, {{1, 2}, {"x"}}}, {2, {{}, {"y", "z"}}}})),
            "(1,(CompactBuffer(1, 2),CompactBuffer(x)))\n(2,(CompactBuffer(),CompactBuffer(y, z)))\n\n");
  EXPECT_EQ((linesOf<std::pair<Point, bool>>({{{3}, true}})), "(Point at 3,true)\n\n");
  EXPECT_EQ((linesOf<std::pair<char, std::int64_t>>({{'c', -5}})), "(c,-5)\n\n");
}

/// Where file descriptor 1 leads to while it lives.
class RedirectedStdout {
 public:
  explicit RedirectedStdout(int to) : before_(::dup(STDOUT_FILENO)) {
    std::cout.flush();
    ::dup2(to, STDOUT_FILENO);
    ::close(to);
  }
  ~RedirectedStdout() {
    std::cout.flush();
    std::cout.clear();
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  RedirectedStdout(const RedirectedStdout&) = delete;
  RedirectedStdout& operator=(const RedirectedStdout&) = delete;

 private:
  int before_;
};

int fullDisk() { return ::open("/dev/full", O_WRONLY | O_CLOEXEC); }

int pipeWithoutReader() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
  ::close(ends[0]);
  return ends[1];
}

int emptyFile(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

/// Prints a first batch into `output`, a second one into a file. Fails as the first one does.
std::string failureOfTheFirstPrint(StreamingMode mode, int output) {
  const test::ScratchDirectory scratch;
  StreamTest running({.shape = {.partitions = 1}, .mode = mode});
  auto numbers = running.source<int>(test::batches<int>({{1}, {2}}));
  numbers.print();
  auto others = running.collect(numbers);
  {
    const RedirectedStdout redirected(output);
    running.start();
    running.advance();
  }
  {
    const RedirectedStdout redirected(emptyFile(scratch / "out"));
    running.advance();
  }
  EXPECT_EQ(scratch.read("out"), header(2000) + "2\n\n");
  EXPECT_EQ(others.records(), (std::vector<std::vector<int>>{{1}, {2}})) << "other outputs go on";
  return running.awaitFailure();
}

struct sigaction dispositionOfSigpipe() {
  struct sigaction now;
  ::sigaction(SIGPIPE, nullptr, &now);
  return now;
}

TEST(Print, WhereTheDiskIsFullFailsAndTheRestGoesOn) {
  for (StreamingMode mode : test::kModes)
    EXPECT_EQ(failureOfTheFirstPrint(mode, fullDisk()),
              "batch 1000 ms, print #1: cannot write to the standard output: No space left on device");
}

TEST(Print, WhereNobodyReadsFailsAndTheProcessLivesOn) {
  ASSERT_EQ(dispositionOfSigpipe().sa_handler, SIG_DFL);
  for (StreamingMode mode : test::kModes)
    EXPECT_EQ(failureOfTheFirstPrint(mode, pipeWithoutReader()),
              "batch 1000 ms, print #1: cannot write to the standard output: Broken pipe");
  EXPECT_EQ(dispositionOfSigpipe().sa_handler, SIG_DFL)
      << "the program's own writes meet the signal as before";
}

/// Keeps what is written until it is flushed, which fails while it is stuck: std::cout after sync_with_stdio(false).
class StuckBuffer final : public std::streambuf {
 public:
  StuckBuffer() { setp(room_.data(), room_.data() + room_.size()); }
  std::string arrived;
  std::atomic<bool> isStuck = true;

 protected:
  int sync() override {
    if (isStuck) return -1;
    arrived.append(pbase(), pptr());
    setp(room_.data(), room_.data() + room_.size());
    return 0;
  }

 private:
  std::array<char, 1000> room_;
};

TEST(Print, DropsWhatDidNotArrive) {
  StuckBuffer buffer;
  const CapturedOutput output(buffer);
  StreamTest running({.shape = {.partitions = 1}});
  running.source<int>(test::batches<int>({{1}, {2}})).print();
  running.start();
  running.advance();
  buffer.isStuck = false;
  running.advance();
  EXPECT_EQ(running.awaitFailure(), "batch 1000 ms, print #1: cannot write to the standard output");
  EXPECT_EQ(buffer.arrived, header(2000) + "2\n\n");
}

TEST(Print, SaysThatTheProgramHasBrokenTheStream) {
  CapturedOutput output;
  StreamTest running({.shape = {.partitions = 1}});
  auto numbers = running.source<int>(test::batches<int>({{1}}));
  numbers.foreachRDD([](const RDD<int>&) { std::cout.setstate(std::ios_base::badbit); });
  numbers.print();
  EXPECT_EQ(running.failureOf(1),
            "batch 1000 ms, print #2: cannot print: std::cout is in a failed state since the program wrote "
            "to it; call "
            "std::cout.clear()");
  std::cout.clear();
}

}  // namespace
}  // namespace millrace
