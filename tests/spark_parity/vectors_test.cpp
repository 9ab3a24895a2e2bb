#include "spark_parity/runners.hpp"

#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace millrace::parity {

namespace {

/// The rows of A, B, C, G and P that must pass.
const std::vector<std::string> kClaimed{
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A12", "A13", "A14",
    "A15", "A16", "A18", "A19", "A20", "A21", "A22", "A24", "A25", "A26", "A27", "A29", "A30", "A31",
    "A32", "A34", "A35", "A36", "A37", "A38", "A39", "B01", "B02", "B04", "B05", "B06", "B07", "B09",
    "B10", "B11", "B12", "B13", "B14", "B15", "B17", "B18", "B19", "B20", "B21", "C01", "C02", "C03",
    "C05", "C06", "C08", "C09", "C11", "C12", "C14", "G01", "G02", "G03", "G04", "G06", "G08", "G09",
    "G10", "G11", "G12", "G13", "G14", "G15", "G17", "G18", "G19", "G20", "G21", "G23", "P01", "P02",
    "P03", "P05", "P07", "P08", "P09", "P10", "P11", "P12", "P14"};

/// Those that more than one run has to show, with the test that has them.
const std::map<std::string, std::string> kElsewhere{{"C10", "recovery_test"}};

const Runners& allRunners() {
  static const Runners runners = [] {
    Runners all;
    for (auto part : {programRunners, specialRunners, stateRunners, viewRunners}) all.merge(part());
    return all;
  }();
  return runners;
}

class Vector : public testing::TestWithParam<std::string> {};

TEST_P(Vector, Holds) {
  const auto [first, last] = allRunners().equal_range(GetParam());
  ASSERT_NE(first, last) << "claimed, but nothing runs it";
  for (auto runner = first; runner != last; ++runner) runner->second(test::vector(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Spark, Vector, testing::ValuesIn(kClaimed), [](const auto& id) { return id.param; });

TEST(Vectors, AreAllClaimedOrShownElsewhere) {
  for (const auto& id : test::vectorIds()) {
    if (std::string_view("ABCGP").find(id[0]) == std::string_view::npos) continue;
    const bool claimed = std::ranges::count(kClaimed, id) > 0;
    EXPECT_NE(claimed, kElsewhere.contains(id)) << id << (claimed ? " is shown twice" : " is forgotten");
  }
  for (const auto& [id, runner] : allRunners())
    EXPECT_GT(std::ranges::count(kClaimed, id), 0) << id << " is not claimed";
}

}  // namespace

}  // namespace millrace::parity
