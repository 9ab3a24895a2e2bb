#include <millrace/contexts/recovery/recovery_plan.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/log_source.hpp"
#include "support/memory_file_system.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace millrace::core {
namespace {

using namespace test;

std::optional<int> newestOf(std::span<const int> numbers, std::optional<int> before) {
  return numbers.empty() ? before : std::optional(numbers.back());
}

class RecoveryPlanTest : public testing::Test {
 protected:
  RecoveryPlanTest() { settings.goesOn = true; }
  static constexpr const char* kStore = "/checkpoint/streaming";

  /// A program of which one part keeps what `name` says, made but not started.
  std::unique_ptr<StreamTest> program(const std::string& name, int partitions = 2,
                                      Duration batch = Seconds(1)) {
    StreamOptions options{
        .shape = {.partitions = 2, .threads = 2}, .batch = batch, .checkpoint = "/checkpoint"};
    auto made = std::make_unique<StreamTest>(
        std::make_shared<Engine>(poolJobRunner(2), 2, std::shared_ptr<FileSystem>(files)), options);
    made->context()
        .inputStream(partitions == 2 ? source : std::make_shared<LogSource>(partitions))
        .map([](int x) { return std::pair(x, x); })
        .updateStateByKey(newestOf)
        .name(name)
        .foreachRDD([](const RDD<std::pair<int, int>>&) {});
    return made;
  }
  /// What a run of the program leaves after a batch.
  void runOnce() {
    const auto running = program("newest");
    source->write({{1, 2, 3}, {4}});
    running->play({start(), closeBatch(), stop()});
  }
  RecoveryPlan planOf(const std::unique_ptr<StreamTest>& of) const {
    return planRecovery(*files, kStore, *of->context().graph(), settings);
  }
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> all;
    for (const std::string& name : files->list(kStore)) all[name] = files->read(kStore + ("/" + name));
    return all;
  }

  const std::shared_ptr<MemoryFileSystem> files = std::make_shared<MemoryFileSystem>();
  const std::shared_ptr<LogSource> source = std::make_shared<LogSource>(2);
  Recovery::Settings settings;
};

TEST_F(RecoveryPlanTest, SaysWhatGoesOnAndWritesNothing) {
  runOnce();
  const auto before = content();
  settings.settings["spark.app.name"] = "other";
  const RecoveryPlan plan = planOf(program("newest"));
  EXPECT_EQ(plan.text(),
            "goes on behind batch 1000 ms of a micro-batch run\n"
            "goes on: Log #0\n"
            "goes on: updateStateByKey #2 \"newest\"\n"
            "dropped: Heartbeat #4\n"
            "source Log [0]: partition 0 at 3, partition 1 at 1\n"
            "setting spark.app.name: unset before, other now\n"
            "setting spark.streaming.mode: micro-batch before, unset now\n");
  EXPECT_EQ(content(), before);
}

TEST_F(RecoveryPlanTest, SaysAllThatDoesNotFit) {
  runOnce();
  settings.goesOn = false;
  const RecoveryPlan plan = planOf(program("latest", 1, Seconds(2)));
  EXPECT_EQ(
      plan.json(),
      R"({"goesOn":false,"time":1000,"mode":"micro-batch","operators":[{"before":"Log #0","now":"Log #0"}],)"
      R"("added":["updateStateByKey #2 \"latest\""],"dropped":["updateStateByKey #2 \"newest\"","Heartbeat #4"],)"
      R"("sources":[],"settings":[{"key":"spark.streaming.mode","before":"micro-batch","now":"unset"}],)"
      R"("problems":["its batch interval is 2000 ms, the checkpoint has 1000 ms",)"
      R"("the checkpoint has states with which no operator of the program goes on: updateStateByKey #2 \"newest\"; )"
      R"(give their successors these names, or set spark.streaming.recovery.dropUnknownState=true",)"
      R"("the program does not call getOrCreate: it moves the checkpoint aside and begins anew",)"
      R"("Log [0] has 1 partitions, but had 2 when the checkpoint was written: those left out would be lost"]})"
      "\n");
  settings.goesOn = true;
  settings.startAfresh = true;
  EXPECT_EQ(planOf(program("newest")).problems.size(), 1U);
  settings.startAfresh = false;
  settings.dropUnknownState = true;
  EXPECT_EQ(planOf(program("latest")).problems.size(), 0U);
}

TEST_F(RecoveryPlanTest, NeedsAVersion) {
  EXPECT_EQ(failureOf<SparkException>([&] { planOf(program("newest")); }),
            "/checkpoint/streaming holds no checkpoint: it has no manifest");
}

}  // namespace
}  // namespace millrace::core
