#include "child_process.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace {
namespace {

std::string saidBy(const std::vector<std::string>& arguments) {
  test::ChildProcess program(MILLRACE_GRAPH_PROGRAM, arguments);
  EXPECT_EQ(program.end(), 0) << program.said();
  return program.said();
}

TEST(GraphIdentity, IsTheSameInEveryProcess) {
  const std::string said = saidBy({});
  EXPECT_EQ(said.substr(0, said.find("\n", said.find("5 "))),
            "0 range\n1 map\n2 reduceByKey\n3 filter\n4 union\n5 coalesce");
  EXPECT_NE(said.find('='), said.npos) << "a task has run: " << said;
  for (int run = 0; run < 3; ++run) EXPECT_EQ(saidBy({}), said);
  EXPECT_NE(saidBy({"another"}), said);
}

}  // namespace
}  // namespace millrace
