#include <millrace/contexts/recovery/logged_runs.hpp>

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

/// What a later run finds: each record has been bytes.
LoggedRuns found(const std::vector<BatchRecord>& records) {
  LoggedRuns runs;
  for (const BatchRecord& record : records) runs.add(decodeBatchRecord(encodeBatchRecord(record)));
  return runs;
}

BatchRecord batch(int time, std::optional<int> oldestRunning = std::nullopt) {
  LoggedBatch made;
  made.time = Time(time);
  if (oldestRunning) made.oldestRunning = Time(*oldestRunning);
  return made;
}

TEST(LoggedRuns, GiveBatchesBack) {
  LoggedBatch made;
  made.time = Time(2000);
  made.inputs = {{{3, "Log", "orders", "numbers"}, Time(1000), std::string("\0\xff", 2), "part 0"}};
  made.next = Time(3000);
  const LoggedRuns runs = found({RunBegin{Time(500), Duration(1000), {}, false}, batch(1000), made});
  EXPECT_EQ(runs.batchesBehind(std::nullopt).size(), 2U);
  const auto batches = runs.batchesBehind(Time(1000));
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].time, Time(2000));
  EXPECT_EQ(batches[0].next, Time(3000));
  EXPECT_FALSE(batches[0].oldestRunning);
  ASSERT_EQ(batches[0].inputs.size(), 1U);
  EXPECT_EQ(batches[0].inputs[0].source.describe(), "Log #3 \"orders\"");
  EXPECT_EQ(batches[0].inputs[0].source.type, "numbers");
  EXPECT_EQ(batches[0].inputs[0].time, Time(1000));
  EXPECT_EQ(batches[0].inputs[0].bytes, std::string("\0\xff", 2));
  EXPECT_EQ(batches[0].inputs[0].description, "part 0");
  EXPECT_EQ(runs.lastRun()->zeroTime, Time(500));
  EXPECT_EQ(runs.lastRun()->batchDuration, Duration(1000));
  EXPECT_THROW(decodeBatchRecord("no record"), BadRecord);
  EXPECT_THROW(decodeBatchRecord(""), BadRecord);
}

TEST(LoggedRuns, CountDeathsInWhatHadBegunAndNotEnded) {
  const RunBegin first{Time(0), Duration(1000), {}, false};
  const LoggedRuns runs = found({first, batch(1000), batch(2000, 2000), batch(3000, 2000)});
  EXPECT_EQ(runs.deathsIn(Time(1000)), 0) << "its outputs had ended";
  EXPECT_EQ(runs.deathsIn(Time(2000)), 1);
  EXPECT_EQ(runs.deathsIn(Time(3000)), 1);
  const RunBegin second{Time(0), Duration(1000), {{Time(2000), 1}, {Time(3000), 1}}, false};
  EXPECT_EQ(found({second}).deathsIn(Time(3000)), 2) << "all of them had begun";
  const RunBegin third{Time(0), Duration(1000), {{Time(2000), 2}, {Time(3000), 2}}, true};
  EXPECT_EQ(found({third}).deathsIn(Time(2000)), 2) << "none had begun";
  const LoggedRuns oneByOne = found({third, BatchBegin{Time(2000)}, BatchBegin{Time(3000)}});
  EXPECT_EQ(oneByOne.deathsIn(Time(2000)), 2);
  EXPECT_EQ(oneByOne.deathsIn(Time(3000)), 3);
  EXPECT_TRUE(oneByOne.diedInBatch());
}

TEST(LoggedRuns, CountNoDeathOfARunThatWasStoppedNorInABatchThatIsSkipped) {
  const RunBegin run{Time(0), Duration(1000), {{Time(1000), 2}}, false};
  const LoggedRuns stopped = found({run, batch(2000), RunStop{}});
  EXPECT_EQ(stopped.deathsIn(Time(1000)), 2);
  EXPECT_EQ(stopped.deathsIn(Time(2000)), 0);
  EXPECT_FALSE(stopped.diedInBatch());
  LoggedBatch skipped;
  skipped.time = Time(1000);
  skipped.isSkipped = true;
  const LoggedRuns without = found({batch(1000), run, skipped});
  EXPECT_EQ(without.deathsIn(Time(1000)), 0);
  EXPECT_TRUE(without.batchesBehind(Time(0)).at(0).isSkipped);
}

}  // namespace
}  // namespace millrace::core
