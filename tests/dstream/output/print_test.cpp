#include <millrace/dstream/output/print.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::StreamTest;

/// What stands on stdout while it lives.
class CapturedOutput {
 public:
  CapturedOutput() : before_(std::cout.rdbuf(text_.rdbuf())) {}
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

TEST(Print, ShowsTenByDefault) {
  CapturedOutput output;
  StreamTest running;
  running.source<int>(test::batches<int>({{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}})).print();
  running.run(1);
  EXPECT_EQ(output.text(), header(1000) + "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n...\n\n");
}

}  // namespace
}  // namespace millrace
