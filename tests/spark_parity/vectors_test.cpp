#include "spark_parity/parity.hpp"

#include <algorithm>
#include <ostream>

namespace millrace::parity {

namespace {

/// The rows of A, B, C and G that must pass.
const std::vector<std::string> kClaimed{
    "A01", "A02", "A03", "A05", "A06", "A07", "A09", "A15", "A16", "A35", "A36", "A37", "A39", "B01",
    "B02", "B04", "B05", "B06", "B07", "B09", "B10", "B11", "B12", "B13", "B14", "B15", "B17", "B18",
    "C02", "C03", "C05", "C06", "C08", "C09", "G02", "G03", "G08", "G09", "G10", "G11", "G12", "G15"};

/// Those that wait for their operator, with its name.
const std::map<std::string, std::string> kLater{{"A04", "glom"},
                                                {"A08", "groupByKey"},
                                                {"A10", "reduce"},
                                                {"A11", "count"},
                                                {"A12", "countByValue"},
                                                {"A13", "mapValues"},
                                                {"A14", "flatMapValues"},
                                                {"A18", "transform"},
                                                {"A19", "transform"},
                                                {"A20", "transform"},
                                                {"A21", "transformWith"},
                                                {"A22", "transformWith"},
                                                {"A24", "transform"},
                                                {"A25", "cogroup"},
                                                {"A26", "join"},
                                                {"A27", "leftOuterJoin"},
                                                {"A29", "fullOuterJoin"},
                                                {"A30", "updateStateByKey"},
                                                {"A31", "updateStateByKey"},
                                                {"A32", "updateStateByKey"},
                                                {"A34", "updateStateByKey"},
                                                {"A38", "updateStateByKey"},
                                                {"B19", "groupByKeyAndWindow"},
                                                {"B20", "countByWindow"},
                                                {"B21", "countByValueAndWindow"},
                                                {"C01", "the State object by itself"},
                                                {"C10", "recovery"},
                                                {"C11", "the tables of states by themselves"},
                                                {"C12", "the tables of states by themselves"},
                                                {"C14", "the tables of states by themselves"},
                                                {"G01", "count"},
                                                {"G04", "reduceByWindow"},
                                                {"G06", "transform"},
                                                {"G13", "combineByKey"},
                                                {"G14", "groupByKeyAndWindow"},
                                                {"G17", "updateStateByKey"},
                                                {"G18", "updateStateByKey"},
                                                {"G19", "countByValue"},
                                                {"G20", "countByValueAndWindow"},
                                                {"G21", "transform"},
                                                {"G23", "textFileStream"}};

std::map<std::string, Runner> allRunners() {
  auto runners = operatorRunners();
  runners.merge(windowRunners());
  runners.merge(stateRunners());
  runners.merge(storageRunners());
  runners.merge(partitionRunners());
  return runners;
}

class Vector : public testing::TestWithParam<std::string> {};

TEST_P(Vector, Holds) {
  const auto runners = allRunners();
  const auto runner = runners.find(GetParam());
  ASSERT_NE(runner, runners.end()) << "claimed, but nothing runs it";
  runner->second(test::vector(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Spark, Vector, testing::ValuesIn(kClaimed), [](const auto& id) { return id.param; });

TEST(Vectors, AreAllClaimedOrWaitForAnOperator) {
  for (const auto& id : test::vectorIds()) {
    if (!id.starts_with('A') && !id.starts_with('B') && !id.starts_with('C') && !id.starts_with('G'))
      continue;
    const bool claimed = std::ranges::count(kClaimed, id) > 0;
    EXPECT_NE(claimed, kLater.contains(id)) << id << (claimed ? " is claimed and waits" : " is forgotten");
  }
  for (const auto& [id, runner] : allRunners())
    EXPECT_GT(std::ranges::count(kClaimed, id), 0) << id << " is not claimed";
}

}  // namespace

}  // namespace millrace::parity
