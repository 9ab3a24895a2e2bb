#include <millrace/rdd/core/run/child_process.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::core {
namespace {

using Words = std::vector<std::string>;

TEST(ChildProcess, CommandIsSplitAtSpaces) {
  EXPECT_EQ(splitCommand("  wc\t-l  x "), (Words{"wc", "-l", "x"}));
  EXPECT_TRUE(splitCommand(" \n").empty());
  EXPECT_TRUE(splitCommand("").empty());
}

TEST(ChildProcess, DescribesALongCommandShortly) {
  Command command{Words{"echo", std::string(1000, 'x')}, {}, false};
  EXPECT_TRUE(command.describe().starts_with("echo xxx"));
  EXPECT_LT(command.describe().size(), 260u);
}

TEST(ChildProcess, IsFedWhileItIsRead) {
  ChildProcess child(Command{Words{"cat"}, {}, false});
  int fed = 0;
  auto feed = [&](std::string& input) {
    if (fed == 3) return false;
    input += std::to_string(fed++) + "\n";
    return true;
  };
  std::string line;
  Words lines;
  while (child.readLine(line, feed)) lines.push_back(line);
  EXPECT_EQ(lines, (Words{"0", "1", "2"}));
  EXPECT_FALSE(child.readLine(line, feed)) << "the end stays the end";
}

}  // namespace
}  // namespace millrace::core
