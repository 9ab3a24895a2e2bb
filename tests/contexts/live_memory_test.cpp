#include <millrace/contexts/scheduler/memory_watch.hpp>
#include <millrace/dstream/ops.hpp>

#include <support/script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

constexpr std::size_t kBudget = 400'000;

/// A program whose windows and states may take 400 kB; each batch of it has keys that no other one has.
struct TightProgram {
  explicit TightProgram(const test::StreamOptions& options)
      : running(tightEngine(options.shape), options), input(running.receiver<int>()) {}

  static core::EnginePtr tightEngine(const test::Shape& shape) {
    auto engine = test::makeEngine(shape);
    engine->setMemoryLimit(kBudget);
    return engine;
  }
  void closeBatchWithNewKeys(int keys) {
    std::vector<int> numbers(static_cast<std::size_t>(keys));
    std::iota(numbers.begin(), numbers.end(), next);
    next += keys;
    input.feed->add(numbers);
    running.advance();
  }
  auto pairs() {
    return input.stream.map([](int number) { return std::pair(number, 1); });
  }
  bool hasLogged(const std::string& text) const {
    return std::ranges::any_of(running.log().lines(),
                               [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }
  std::int64_t liveBytes() { return running.context().gauges().at("liveBytes"); }

  test::StreamTest running;
  test::Input<int> input;
  int next = 0;
};

TEST(LiveMemoryOfPrograms, AStateThatOutgrowsTheBudgetEndsTheRunAndSaysSo) {
  test::inBothModes([](const test::StreamOptions& options) {
    TightProgram program(options);
    program.pairs()
        .updateStateByKey([](const std::vector<int>& values, const std::optional<int>& before) {
          return std::optional(before.value_or(0) + static_cast<int>(values.size()));
        })
        .name("visits")
        .foreachRDD([](const auto& rdd) { rdd.count(); });
    program.running.start();
    program.closeBatchWithNewKeys(1000);
    EXPECT_GT(program.liveBytes(), 8000);
    EXPECT_LT(program.liveBytes(), static_cast<std::int64_t>(kBudget));
    program.closeBatchWithNewKeys(50'000);
    EXPECT_GT(program.liveBytes(), static_cast<std::int64_t>(kBudget));
    EXPECT_TRUE(program.hasLogged("do not fit into the memory budget: inputs wait"));
    program.running.advance(core::MemoryWatch::kPatience - 1);
    const std::string failure = program.running.awaitFailure();
    EXPECT_NE(failure.find("need more memory than the budget of 400000 bytes: updateStateByKey #"),
              std::string::npos)
        << failure;
    EXPECT_NE(failure.find("\"visits\" holds 51000 keys in "), std::string::npos) << failure;
    program.running.stop();
  });
}

TEST(LiveMemoryOfPrograms, AWindowThatFitsAgainGoesOn) {
  test::inBothModes([](const test::StreamOptions& options) {
    TightProgram program(options);
    auto counts = program.running.collect(
        program.pairs()
            .reduceByKeyAndWindow([](int a, int b) { return a + b; }, Seconds(2), Seconds(1))
            .count());
    program.running.start();
    program.closeBatchWithNewKeys(50'000);
    EXPECT_GT(program.liveBytes(), static_cast<std::int64_t>(kBudget));
    program.running.advance(2 * core::MemoryWatch::kPatience);
    EXPECT_TRUE(program.hasLogged("fit into the memory budget again"));
    program.closeBatchWithNewKeys(3);
    EXPECT_EQ(counts.all().back().records(), std::vector<std::int64_t>{3});
    program.running.stop();
  });
}

TEST(LiveMemoryOfPrograms, StatesWithATimeoutMakeRoom) {
  test::inBothModes([](const test::StreamOptions& options) {
    TightProgram program(options);
    auto visits = [](int, std::optional<int> visit, State<std::string>& state) {
      if (visit) state.update("a text that does not fit into a string itself");
      return 0;
    };
    program.pairs()
        .mapWithState(StateSpec::function(visits).timeout(Seconds(3)))
        .foreachRDD([](const auto& rdd) { rdd.count(); });
    program.running.start();
    program.closeBatchWithNewKeys(3'000);
    EXPECT_GT(program.liveBytes(), 300'000) << "texts of states count";
    program.closeBatchWithNewKeys(3'000);
    EXPECT_GT(program.liveBytes(), static_cast<std::int64_t>(kBudget));
    program.running.advance(8);
    EXPECT_LT(program.liveBytes(), static_cast<std::int64_t>(kBudget));
    program.running.stop();
  });
}

}  // namespace
}  // namespace millrace
