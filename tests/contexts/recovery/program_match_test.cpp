#include <millrace/contexts/recovery/program_match.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using Operators = std::vector<RecoverableOperator>;
using Ids = std::map<int, int>;

RecoverableOperator states(int id, const std::string& name = "", const std::string& type = "long by string") {
  return {.id = id, .kind = "updateStateByKey", .name = name, .type = type};
}
RecoverableOperator window(int id, const std::string& name = "") {
  return {.id = id, .kind = "window", .name = name, .type = "string"};
}

TEST(ProgramMatch, FindsAnOperatorWithoutANameByNumberAndKind) {
  const auto match = matchProgram({states(3), window(5)}, {states(3), window(5)});
  EXPECT_EQ(match.runningIds, (Ids{{3, 3}, {5, 5}}));
  EXPECT_TRUE(match.problems.empty());
  EXPECT_TRUE(match.unclaimed.empty());
  EXPECT_TRUE(match.added.empty());
}

TEST(ProgramMatch, FollowsANameToAnotherNumber) {
  const auto match = matchProgram({states(3, "visits")}, {states(3), states(8, "visits")});
  EXPECT_EQ(match.runningIds, (Ids{{3, 8}}));
  ASSERT_EQ(match.added.size(), 1U);
  EXPECT_EQ(match.added[0].id, 3);
}

TEST(ProgramMatch, GoesOnWithAnOperatorThatWasGivenAName) {
  EXPECT_EQ(matchProgram({states(3)}, {states(3, "visits")}).runningIds, (Ids{{3, 3}}));
}

TEST(ProgramMatch, DoesNotTakeAnotherOperatorForOneThatWasRenumbered) {
  const auto match = matchProgram({states(3)}, {window(3), states(4)});
  EXPECT_TRUE(match.runningIds.empty());
  ASSERT_EQ(match.unclaimed.size(), 1U);
  EXPECT_EQ(match.unclaimed[0].describe(), "updateStateByKey #3");
  EXPECT_EQ(match.added.size(), 2U);
}

TEST(ProgramMatch, DoesNotTakeAnUnnamedOperatorForOneWhoseNameIsGone) {
  const auto match = matchProgram({states(3, "visits")}, {states(3, "visitors")});
  EXPECT_TRUE(match.runningIds.empty());
  EXPECT_EQ(match.unclaimed.size(), 1U);
  EXPECT_EQ(match.added.size(), 1U);
}

TEST(ProgramMatch, RefusesAnotherTypeAndSaysBoth) {
  const auto match = matchProgram({states(3, "visits", "int by string")}, {states(3, "visits")});
  EXPECT_TRUE(match.runningIds.empty());
  ASSERT_EQ(match.problems.size(), 1U);
  EXPECT_EQ(match.problems[0],
            "updateStateByKey #3 \"visits\" keeps long by string, its checkpoint has int by string: give it "
            "another "
            "name, or go back to the type that it had");
}

TEST(ProgramMatch, RefusesAnotherOperatorOfTheSameName) {
  const auto match = matchProgram({states(3, "visits")}, {window(4, "visits")});
  ASSERT_EQ(match.problems.size(), 1U);
  EXPECT_EQ(match.problems[0],
            "window #4 \"visits\" has the name of updateStateByKey #3 \"visits\" in the checkpoint, which is "
            "another "
            "operator");
}

TEST(ProgramMatch, RefusesTwoPredecessorsOfOneOperator) {
  const auto match = matchProgram({states(3), states(4, "visits")}, {states(3, "visits")});
  ASSERT_EQ(match.problems.size(), 1U);
  EXPECT_EQ(match.problems[0],
            "updateStateByKey #3 \"visits\" would go on with updateStateByKey #4 \"visits\" and with another "
            "operator "
            "of the checkpoint");
}

TEST(ProgramMatch, SaysAllProblemsAtOnce) {
  const Operators saved{states(3, "", "int by string"), states(4, "", "int by string")};
  EXPECT_EQ(matchProgram(saved, {states(3), states(4)}).problems.size(), 2U);
}

}  // namespace
}  // namespace millrace::core
