#include <millrace/contexts/spark_conf.hpp>

#include <millrace/base/error.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <support/captured_log.hpp>

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

std::string refusal(std::string_view key, std::string_view value) {
  try {
    SparkConf().set(key, value);
    return "accepted";
  } catch (const IllegalArgument& error) {
    return error.what();
  }
}

TEST(SparkConf, KeepsWhatIsSet) {
  SparkConf conf;
  conf.setAppName("words").setMaster("local[2]").set("spark.streaming.blockInterval", "50ms");
  EXPECT_EQ(conf.get("spark.app.name"), "words");
  EXPECT_EQ(conf.get("spark.master"), "local[2]");
  EXPECT_TRUE(conf.contains("spark.streaming.blockInterval"));
  const std::vector<std::pair<std::string, std::string>> all{
      {"spark.app.name", "words"}, {"spark.master", "local[2]"}, {"spark.streaming.blockInterval", "50ms"}};
  EXPECT_EQ(conf.getAll(), all);
  conf.setIfMissing("spark.master", "local[3]").setIfMissing("spark.streaming.concurrentJobs", "2");
  EXPECT_EQ(conf.get("spark.master"), "local[2]");
  EXPECT_EQ(conf.get("spark.streaming.concurrentJobs"), "2");
  conf.remove("spark.master").remove("spark.master");
  EXPECT_FALSE(conf.contains("spark.master"));
}

TEST(SparkConf, IsAValue) {
  SparkConf one = SparkConf().setAppName("one");
  SparkConf two = one;
  two.setAppName("two");
  EXPECT_EQ(one.get("spark.app.name"), "one");
}

TEST(SparkConf, ReadsTextsWithDefaults) {
  const SparkConf conf;
  EXPECT_THROW((void)conf.get("spark.app.name"), IllegalArgument);
  EXPECT_EQ(conf.get("spark.app.name", "none"), "none");
  EXPECT_EQ(conf.getOption("spark.app.name"), std::nullopt);
  EXPECT_EQ(SparkConf().setAppName("a").getOption("spark.app.name"), "a");
}

TEST(SparkConf, ReadsTypedValues) {
  SparkConf conf;
  EXPECT_EQ(conf.get(config::kBlockInterval), std::chrono::milliseconds(200));
  EXPECT_EQ(conf.get(config::kReceiverMaxLineBytes), ByteSize{1 << 20});
  EXPECT_EQ(conf.get(config::kReceiverMaxRate), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(conf.get(config::kMode), StreamingMode::kMicroBatch);
  EXPECT_TRUE(conf.get(config::kStopGracefullyOnShutdown));
  EXPECT_EQ(conf.getOption(config::kConcurrentJobs), 1);
  EXPECT_EQ(conf.getOption(config::kGracefulStopTimeout), std::nullopt);
  EXPECT_THROW((void)conf.get(config::kGracefulStopTimeout), IllegalArgument);
  conf.set("spark.streaming.gracefulStopTimeout", "3s");
  EXPECT_EQ(conf.getOption(config::kGracefulStopTimeout), std::chrono::milliseconds(3000));
}

TEST(SparkConf, RefusesMistakesAndNamesTheNearest) {
  EXPECT_EQ(refusal("spark.streaming.blokInterval", "1s"),
            "unknown setting spark.streaming.blokInterval; did you mean spark.streaming.blockInterval?");
  EXPECT_TRUE(refusal("spark.streaming.block.interval.ms", "1")
                  .ends_with("; did you mean spark.streaming.blockInterval?"))
      << "however far the nearest is";
  EXPECT_EQ(refusal("spark.mastre", "local"), "unknown setting spark.mastre; did you mean spark.master?");
  EXPECT_EQ(refusal("park.master", "local"), "unknown setting park.master; did you mean spark.master?");
  EXPECT_EQ(refusal("spark.streaming.kafka.maxRatePerPartion", "1"),
            "unknown setting spark.streaming.kafka.maxRatePerPartion; did you mean "
            "spark.streaming.kafka.maxRatePerPartition?");
  EXPECT_EQ(refusal("spark.streaming.concurrentJobs", "0"),
            "spark.streaming.concurrentJobs is \"0\", but must be at least 1 jobs");
  EXPECT_EQ(refusal("spark.master", "yarn"),
            "spark.master is \"yarn\", but must be local[N] for N threads, local[*] for one per core, or "
            "local for one, and local[N,F] for F attempts at a task: Millrace runs in a single process");
}

TEST(SparkConf, SaysOnceWhatHasNoEffect) {
  test::CapturedLog log;
  SparkConf conf;
  conf.set("spark.streaming.dynamicAllocation.enabled", "true")
      .set("spark.streaming.dynamicAllocation.enabled", "false");
  conf.set("spark.executor.memory", "1g").set("spark.executor.memory", "2g");
  conf.setAppName("known names say nothing");
  EXPECT_EQ(log.lines(),
            (Lines{"this setting has no effect yet key=spark.streaming.dynamicAllocation.enabled",
                   "this setting is unknown and kept without effect key=spark.executor.memory"}));
  EXPECT_EQ(conf.get("spark.executor.memory"), "2g");
}

TEST(SparkConf, ShowsNoSecrets) {
  test::CapturedLog log;
  SparkConf conf;
  conf.setAppName("words").set("spark.ssl.keyPassword", "canary");
  EXPECT_EQ(conf.toDebugString(), "spark.app.name=words\nspark.ssl.keyPassword=*********(redacted)\n");
  for (const std::string& line : log.lines()) EXPECT_EQ(line.find("canary"), std::string::npos);
  EXPECT_EQ(conf.get("spark.ssl.keyPassword"), "canary");
}

TEST(ThreadsOfMaster, RefusesWhatIsNotLocal) {
  EXPECT_EQ(threadsOfMaster("local[3]"), 3);
  EXPECT_THROW(threadsOfMaster("spark://host:7077"), IllegalArgument);
}

}  // namespace
}  // namespace millrace
