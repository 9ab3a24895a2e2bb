#include <millrace/contexts/console_progress.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Lines = std::vector<std::string>;

std::string bar(std::vector<StageProgress> stages, int columns) { return progressBar(stages, columns); }

TEST(ProgressBar, ShowsDoneRunningAndAll) {
  EXPECT_EQ(bar({{.stage = 3, .tasks = 40, .done = 12, .running = 2}}, 40),
            "[Stage 3:=====>           (12 + 2) / 40]");
  EXPECT_EQ(bar({{.stage = 0, .tasks = 2, .done = 0, .running = 1}}, 40),
            "[Stage 0:>                  (0 + 1) / 2]");
  EXPECT_EQ(bar({{.stage = 0, .tasks = 2, .done = 2, .running = 0}}, 40),
            "[Stage 0:===================(2 + 0) / 2]");
  EXPECT_EQ(bar({}, 40), "");
}

TEST(ProgressBar, SeveralStagesShareTheWidth) {
  EXPECT_EQ(bar({{.stage = 1, .tasks = 4, .done = 2, .running = 1},
                 {.stage = 2, .tasks = 8, .done = 1, .running = 1}},
                50),
            "[Stage 1:==> (2 + 1) / 4][Stage 2:>   (1 + 1) / 8]");
}

TEST(ProgressBar, IsNeverWiderThanTheTerminal) {
  EXPECT_EQ(bar({{.stage = 10, .tasks = 200, .done = 100, .running = 8}}, 26), "[Stage 10:(100 + 8) / 200]");
  EXPECT_EQ(bar({{.stage = 10, .tasks = 200, .done = 100, .running = 8}}, 12), "[Stage 10:(1");
  EXPECT_EQ(bar({{}}, 0), "");
}

TEST(ProgressBar, CountsMoreTasksThanAnIntCanMultiply) {
  EXPECT_EQ(bar({{.stage = 0, .tasks = 2'000'000'000, .done = 1'000'000'000, .running = 1}}, 48),
            "[Stage 0:====>    (1000000000 + 1) / 2000000000]");
}

class ConsoleProgressTest : public testing::Test {
 protected:
  struct FakeTerminal : Terminal {
    FakeTerminal(int columns, test::Happenings& all) : width(columns), shown(all) {}
    int columns() const override { return width; }
    void show(std::string_view line) override { shown.add(std::string(line)); }
    int width;
    test::Happenings& shown;
  };

  std::unique_ptr<JobRunner> runnerOn(std::unique_ptr<JobRunner> inner, int columns = 30) {
    return withConsoleProgress(std::move(inner), std::make_unique<FakeTerminal>(columns, shown), clock);
  }
  /// Moves on by 200 ms, once all that was to be drawn before is drawn.
  void tick() {
    next += 200;
    EXPECT_TRUE(clock->awaitWaiter(next, test::kPatience));
    clock->setTime(next);
    EXPECT_TRUE(clock->awaitWaiter(next + 200, test::kPatience));
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(0);
  std::int64_t next = 0;
  test::Happenings shown;
};

TEST_F(ConsoleProgressTest, ShowsAStageThatRunsLongerThanHalfASecondUntilItEnds) {
  const auto runner = runnerOn(inlineJobRunner());
  std::map<int, Lines> before;
  runner->run(3, [&](int number) {
    ticks(2);
    before[number] = shown.all();
  });
  const Lines drawn{"[Stage 0:===>     (1 + 1) / 3]", "[Stage 0:===>     (1 + 1) / 3]",
                    "[Stage 0:======>  (2 + 1) / 3]", "[Stage 0:======>  (2 + 1) / 3]"};
  EXPECT_EQ(before[0], Lines{}) << "after 400 ms";
  EXPECT_EQ(before[1], Lines(drawn.begin() + 0, drawn.begin() + 2));
  EXPECT_EQ(before[2], drawn) << "again and again, since a line of the log may have wiped it away";
  Lines all = drawn;
  all.push_back("");
  EXPECT_EQ(shown.all(), all) << "gone before the job is said to be over";
}

TEST_F(ConsoleProgressTest, DrawsNothingForShortStages) {
  const auto runner = runnerOn(inlineJobRunner());
  for (int job = 0; job < 10; ++job) runner->run(2, [&](int) { tick(); });
  EXPECT_EQ(shown.all(), Lines{});
}

TEST_F(ConsoleProgressTest, WipesTheBarOfAStageThatFails) {
  const auto runner = runnerOn(inlineJobRunner());
  EXPECT_THROW(runner->run(2,
                           [&](int) {
                             ticks(3);
                             throw std::runtime_error("no");
                           }),
               std::runtime_error);
  EXPECT_EQ(shown.all(), (Lines{"[Stage 0:>        (0 + 1) / 2]", ""}));
}

TEST_F(ConsoleProgressTest, NumbersStagesAndShowsThreeOfThoseThatRunAtOnce) {
  const auto runner = runnerOn(inlineJobRunner(), 66);
  std::vector<std::shared_ptr<test::Gate>> gates;
  std::vector<std::jthread> jobs;
  for (int job = 0; job < 4; ++job) {
    gates.push_back(test::Gate::make());
    jobs.emplace_back([&runner, gate = gates.back()] { runner->run(1, [&](int) { gate->pass(); }); });
    gates.back()->awaitArrivals(1);
  }
  ticks(3);
  gates[1]->open();
  jobs[1].join();
  const Lines two = shown.all();
  for (const auto& gate : gates) gate->open();
  EXPECT_EQ(two, (Lines{"[Stage 0:>(0 + 1) / 1][Stage 1:>(0 + 1) / 1][Stage 2:>(0 + 1) / 1]",
                        "[Stage 0:>(0 + 1) / 1][Stage 2:>(0 + 1) / 1][Stage 3:>(0 + 1) / 1]"}));
  jobs.clear();
  EXPECT_EQ(shown.all().back(), "");
}

}  // namespace
}  // namespace millrace::core
