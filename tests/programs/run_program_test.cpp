#include "contexts/child_process.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace millrace::programs {
namespace {

/// What run_program says of a program, and how it ends, as its users call it.
class RunProgram : public testing::TestWithParam<const char*> {
 protected:
  struct Said {
    std::string text;
    int code = 0;
  };

  Said run(const std::string& program, std::vector<std::string> arguments = {}) {
    const std::string file = scratch_ / "program.json";
    std::ofstream(file) << program;
    arguments.insert(arguments.end(), {"--mode", GetParam(), file});
    test::ChildProcess child(MILLRACE_RUN_PROGRAM, arguments);
    const int code = child.end();
    return {child.said(), code};
  }

  test::ScratchDirectory scratch_;
};

std::string withNodes(const std::string& nodes, const std::string& outputs, int checkpointMs = 0) {
  return R"({"batch_ms": 1000, "batches": 2, "checkpoint_ms": )" + std::to_string(checkpointMs) +
         R"(, "sources": {"a": {"partitions": 1, "in": [[[1, 5], [2, 7], [3, 1], [4, 1]]]}}, "nodes": [)" +
         nodes + R"(], "outputs": [)" + outputs + "]}";
}

const std::string kNode = R"({"id": "s", "in": "a", )";
const std::string kReduced = R"({"id": "r", "op": "reduceByKey", "in": "a", "f": "sum"})";

TEST_P(RunProgram, HasAsManyPartitionsAsThreadsOrAsTheOptionSays) {
  const std::string perPartition = R"({"id": "p", "op": "mapPartitions", "in": "r", "f": "sum"},
    {"id": "n", "op": "map", "in": "p", "f": "one"}, {"id": "c", "op": "reduceByKey", "in": "n", "f": "sum"})";
  const std::string program = withNodes(kReduced + ", " + perPartition, R"("c")");
  EXPECT_NE(run(program, {"--master", "local[3]"}).text.find("[[0,3]]"), std::string::npos);
  EXPECT_NE(run(program, {"--master", "local"}).text.find("[[0,1]]"), std::string::npos);
  EXPECT_NE(run(program, {"--master", "local[2]", "--partitions", "5"}).text.find("[[0,5]]"),
            std::string::npos);
}

TEST_P(RunProgram, RefusesArgumentsThatMeanNothing) {
  const std::string program = withNodes(kReduced, R"("r")");
  for (const auto& [option, value] :
       {std::pair("--master", "local[x]"), std::pair("--master", "local[0]"),
        std::pair("--master", "spark://host"), std::pair("--master", ""), std::pair("--partitions", "0"),
        std::pair("--partitions", "2x"), std::pair("--chunk", "-1"), std::pair("--chunk", "x"),
        std::pair("--mode", "micro"), std::pair("--unknown", "1")}) {
    const Said said = run(program, {option, value});
    EXPECT_EQ(said.code, 2) << option << ' ' << value << '\n' << said.text;
    EXPECT_NE(said.text.find("usage: "), std::string::npos) << said.text;
  }
}

TEST_P(RunProgram, PrintsTheOutputsBeforeTheOneThatFails) {
  const std::string nodes = kReduced + R"(, {"id": "bad", "op": "map", "in": "r", "f": "modKey", "n": 0})";
  const Said said = run(withNodes(nodes, R"("a", "bad", "r")"));
  EXPECT_EQ(said.code, 4) << said.text;
  EXPECT_NE(said.text.find(R"({"output":"a","time":1000,"records":[[1,5],[2,7],[3,1],[4,1]]})"),
            std::string::npos)
      << said.text;
  EXPECT_EQ(said.text.find(R"("output":"r")"), std::string::npos) << said.text;
  EXPECT_NE(said.text.find("/ by zero"), std::string::npos) << said.text;
  EXPECT_NE(said.text.find(R"("time":1000})"), std::string::npos) << said.text;
}

TEST_P(RunProgram, PrintsNothingOfABatchThatCannotBeMade) {
  const std::string program = R"({"batch_ms": 1000, "batches": 2, "checkpoint_ms": 0,
    "sources": {"a": {"partitions": 1, "in": [[[1, 5]], [[1, 6]]]}, "b": {"partitions": 1, "in": [[], null]}},
    "nodes": [{"id": "u", "op": "union", "in": ["a", "b"]}], "outputs": ["a", "u"]})";
  const Said said = run(program);
  EXPECT_EQ(said.code, 4) << said.text;
  EXPECT_NE(said.text.find(R"("time":1000,)"), std::string::npos) << said.text;
  EXPECT_EQ(said.text.find(R"("time":2000,)"), std::string::npos) << said.text;
}

/// An interval that is no multiple of the batch is refused by each operator that checkpoints, so it shows which ones
/// got it.
TEST_P(RunProgram, GivesTheCheckpointIntervalToEveryOperatorThatCheckpoints) {
  const std::string window = R"("window_ms": 2000, "slide_ms": 1000)";
  for (const char* op :
       {R"("op": "mapWithState", "f": "runningSum")", R"("op": "updateStateByKey", "f": "sum")"}) {
    const Said said = run(withNodes(kNode + op + "}", R"("s")", 1500));
    EXPECT_EQ(said.code, 3) << op << said.text;
  }
  for (const char* op : {R"("op": "reduceByKeyAndWindow", "inverse": true, "f": "sum")",
                         R"("op": "reduceByWindow", "inverse": true, "f": "sum")", R"("op": "countByWindow")",
                         R"("op": "countByValueAndWindow")"}) {
    const Said said = run(withNodes(kNode + op + ", " + window + "}", R"("s")", 1500));
    EXPECT_EQ(said.code, 3) << op << said.text;
  }
  const std::string plain = R"({"id": "s", "in": "a", "op": "reduceByKeyAndWindow", "f": "sum", )";
  EXPECT_EQ(run(withNodes(plain + window + "}", R"("s")", 1500)).code, 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, RunProgram, testing::Values("micro-batch", "continuous"),
                         [](const auto& mode) {
                           return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
                         });

}  // namespace
}  // namespace millrace::programs
