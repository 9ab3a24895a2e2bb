#include <millrace/base/log.hpp>

#include <support/captured_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

TEST(Log, WritesMessageAndFields) {
  test::CapturedLog log;
  logInfo("a batch is done", {{"records", 12}, {"seconds", 0.5}, {"late", true}, {"host", "a.example"}});
  EXPECT_EQ(log.lines(), Lines{"a batch is done records=12 seconds=0.5 late=true host=a.example"});
}

TEST(Log, TellsTheLevelAndDropsWhatIsBelow) {
  test::CapturedLog log;
  logDebug("one");
  logInfo("two");
  logWarning("three");
  setLogLevel(LogLevel::kError);
  logWarning("four");
  logError("five");
  setLogLevel(LogLevel::kInfo);
  const auto entries = log.entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0], std::pair(LogLevel::kInfo, std::string("two")));
  EXPECT_EQ(entries[1], std::pair(LogLevel::kWarning, std::string("three")));
  EXPECT_EQ(entries[2], std::pair(LogLevel::kError, std::string("five")));
}

TEST(Log, NeverReadsAMessageAsAFormat) {
  test::CapturedLog log;
  logInfo("{} %s {0}", {{"value", "{} %n"}});
  EXPECT_EQ(log.lines(), Lines{R"({} %s {0} value="{} %n")"});
}

TEST(Log, KeepsALineOneLine) {
  test::CapturedLog log;
  logInfo("two\nlines", {{"value", "x\nERROR forged\x1b[2J"}, {"quoted", R"(say "no")"}, {"empty", ""}});
  EXPECT_EQ(log.lines(),
            Lines{R"(two\x0alines value="x\x0aERROR forged\x1b[2J" quoted="say \"no\"" empty="")"});
}

TEST(Log, IsUtf8WhateverItTellsOf) {
  test::CapturedLog log;
  logInfo("names", {{"good", "\xC3\xA9\xE2\x82\xAC"},
                    {"bad", "a\xFF\xE2\x82"},
                    {"control",
                     "\xC2\x9B"
                     "2J"}});
  EXPECT_EQ(log.lines(), Lines{"names good=\xC3\xA9\xE2\x82\xAC bad=a\\xff\\xe2\\x82 control=\\xc2\\x9b"
                               "2J"});
}

TEST(Log, ShortensLongValues) {
  test::CapturedLog log;
  logInfo("long", {{"value", std::string(100'000, 'x')}});
  EXPECT_LT(log.lines().front().size(), 1200u);
  std::string value(1023, 'x');
  logInfo("long", {{"value", value.append("\xC3\xA9 and more")}});
  EXPECT_TRUE(log.lines().back().ends_with("x... (1034 bytes)\"")) << "no half characters";
}

TEST(Log, GoesToStandardErrorOneLinePerMessage) {
  testing::internal::CaptureStderr();
  logWarning("the peer went away", {{"port", 9999}});
  std::string written = testing::internal::GetCapturedStderr();
  const std::size_t timeEnds = std::min(written.find(' '), written.size());
  for (char& c : std::span(written).first(timeEnds)) {
    if (c >= '0' && c <= '9') c = '0';
    if (c == '-' || c == '+') c = '-';
  }
  EXPECT_EQ(written, "0000-00-00T00:00:00.000-00:00 warning the peer went away port=9999\n");
}

TEST(Log, ALineWipesTheStatusLineAwayFirst) {
  testing::internal::CaptureStderr();
  showStatusLine("half of it");
  showStatusLine("half of it");
  showStatusLine("all");
  logWarning("the peer went away");
  logWarning("again");
  showStatusLine("all");
  showStatusLine("");
  showStatusLine("");
  std::string written = testing::internal::GetCapturedStderr();
  for (std::string_view line : {"the peer went away\n", "again\n"}) {
    const std::size_t begin = written.find_first_of("0123456789");
    const std::size_t end = written.find(line);
    ASSERT_LT(begin, end);
    ASSERT_NE(end, std::string::npos);
    written.erase(begin, end - begin);
  }
  EXPECT_EQ(written,
            "\rhalf of it\r"
            "\rall       \r"
            "\r   \rthe peer went away\n"
            "again\n"
            "\rall\r"
            "\r   \r");
}

TEST(Log, TakesLinesOfManyThreadsWhole) {
  test::CapturedLog log;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 100; ++i) logInfo("line", {{"i", i}});
      });
    }
  }
  EXPECT_EQ(log.lines().size(), 400u);
}

TEST(LogThrottle, LetsOneThroughPerInterval) {
  auto clock = std::make_shared<ManualClock>(5);
  LogThrottle throttle(clock, 60'000);
  EXPECT_EQ(throttle.admit(), 0);
  EXPECT_EQ(throttle.admit(), std::nullopt);
  clock->advance(59'999);
  EXPECT_EQ(throttle.admit(), std::nullopt);
  clock->advance(1);
  EXPECT_EQ(throttle.admit(), 2);
  EXPECT_EQ(throttle.admit(), std::nullopt);
  clock->advance(60'000);
  EXPECT_EQ(throttle.admit(), 1) << "counted from the last one that was let through";
}

}  // namespace
}  // namespace millrace
