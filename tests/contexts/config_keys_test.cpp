#include <millrace/contexts/config_keys.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

namespace millrace {
namespace {

TEST(ConfigKeys, EveryNameIsListedOnce) {
  std::set<std::string_view> names;
  for (const ConfigEntry* entry : config::entries())
    EXPECT_TRUE(names.insert(entry->name).second) << entry->name;
  for (std::string_view name : config::withoutEffectYet()) EXPECT_TRUE(names.insert(name).second) << name;
  const auto streaming =
      std::ranges::count_if(names, [](auto name) { return name.starts_with("spark.streaming."); });
  EXPECT_EQ(streaming, 50 + 2 + 11)
      << "Spark's, its two internal ones, and mode, maxLineBytes, idleTimeout, "
         "detectMoved, healthLogInterval, maxPendingEpochs, four of recovery, checkpointEpochs";
}

TEST(ConfigKeys, EveryDefaultIsAValueAndEveryMeaningIsGiven) {
  for (const ConfigEntry* entry : config::entries()) {
    if (!entry->defaultText.empty()) {
      EXPECT_NO_THROW(entry->check(entry->defaultText)) << entry->name;
    }
    EXPECT_FALSE(entry->meaning.empty()) << entry->name;
  }
}

TEST(ConfigKeys, Enumerations) {
  EXPECT_EQ(config::kMode.parse("micro-batch"), StreamingMode::kMicroBatch);
  EXPECT_EQ(config::kMode.parse("continuous"), StreamingMode::kContinuous);
  EXPECT_EQ(ConfigType<StreamingMode>::parse("batch"), std::nullopt);
  EXPECT_EQ(config::kClock.parse("manual"), ClockKind::kManual);
  EXPECT_EQ(config::kClock.parse("system"), ClockKind::kSystem);
  EXPECT_EQ(config::kClock.parse("org.apache.spark.util.ManualClock"), ClockKind::kManual);
  EXPECT_EQ(config::kClock.parse("org.apache.spark.util.SystemClock"), ClockKind::kSystem);
  EXPECT_EQ(ConfigType<ClockKind>::parse("org.apache.spark.util.Clock"), std::nullopt);
  EXPECT_EQ(config::kSchedulerMode.parse("FIFO"), core::SchedulingMode::kFifo);
  EXPECT_EQ(config::kSchedulerMode.parse("fair"), core::SchedulingMode::kFair);
  EXPECT_EQ(ConfigType<core::SchedulingMode>::parse("NONE"), std::nullopt);
}

TEST(ConfigKeys, Masters) {
  EXPECT_EQ(config::kMaster.parse("local").threads, 1);
  EXPECT_EQ(config::kMaster.parse("local[7]").threads, 7);
  EXPECT_EQ(config::kMaster.parse("local[*]").threads, static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_EQ(config::kMaster.parse("local[7]").maxTaskFailures, std::nullopt);
  for (const char* both : {"local[7,3]", "local[7, 3]", "local[ 7 ,3 ]"}) {
    EXPECT_EQ(config::kMaster.parse(both).threads, 7) << both;
    EXPECT_EQ(config::kMaster.parse(both).maxTaskFailures, 3) << both;
  }
  for (const char* wrong :
       {"", "local[]", "local[0]", "local[-1]", "local[2", "local[x]", "local[2]x", "local[1,]", "local[1,0]",
        "local[,2]", "local[1,2,3]", "local[99999999999]", "spark://host:7077", "yarn"}) {
    EXPECT_FALSE(ConfigType<Master>::parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace millrace
