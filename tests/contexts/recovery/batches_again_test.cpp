#include <millrace/contexts/recovery/recovery.hpp>

#include "support/lives.hpp"
#include "support/log_source.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"
#include "support/seen.hpp"
#include "support/set_modified.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace test;

DStream<std::pair<int, int>> sumsByLastDigit(const DStream<int>& numbers) {
  return numbers.map([](int x) { return std::pair(x % 10, x); })
      .updateStateByKey([](std::span<const int> values, std::optional<int> sum) {
        return std::optional(std::accumulate(values.begin(), values.end(), sum.value_or(0)));
      })
      .name("sums");
}

class BatchesAgainTest : public testing::Test {
 protected:
  void beginAnew() {
    lives = Lives();
    source = std::make_shared<LogSource>(2);
    seen = Seen();
  }
  void sumsAndWindows(StreamTest& running) {
    const DStream<int> numbers = running.context().inputStream(source);
    seen.watch("numbers", numbers);
    seen.watch("sums", sumsByLastDigit(numbers));
    seen.watch("window", numbers.window(Seconds(3)));
    seen.watch("every other", numbers.window(Seconds(2), Seconds(2)));
  }
  Lives::Program sumsAndWindows() {
    return [this](StreamTest& running) { sumsAndWindows(running); };
  }
  void write(std::vector<Ints> numbers) { source->write(std::move(numbers)); }

  Lives lives;
  std::shared_ptr<LogSource> source = std::make_shared<LogSource>(2);
  Seen seen;
};

TEST_F(BatchesAgainTest, HaveTheSameTimesAndTheSameInput) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    lives.die(options, 0, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem& files) {
      running.start();
      write({{1, 2}, {11}});
      running.advance();
      Lives::commitNothing(files);
      write({{21}, {}});
      running.advance();
      write({{31}, {4}});
      running.advance();
    });
    write({{41}, {5}});
    lives.die(options, 3500, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance(2);
    });
    EXPECT_EQ(seen.runs("numbers", 3000), 2);
    EXPECT_EQ(seen.runs("every other", 2000), seen.runs("numbers", 2000));
    EXPECT_EQ(seen.of("numbers", 3000), "{ 4, 31 }");
    EXPECT_EQ(seen.of("sums", 5000), "{ (1, 105), (2, 2), (4, 4), (5, 5) }");
    EXPECT_EQ(seen.of("window", 5000), "{ 4, 5, 31, 41 }");
  });
}

TEST_F(BatchesAgainTest, HaveThemThoughNothingWasCommitted) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    lives.die(options, 7000, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem& files) {
      Lives::commitNothing(files);
      running.start();
      write({{1}, {}});
      running.advance();
      write({{}, {2}});
      running.advance();
    });
    write({{3}, {}});
    lives.die(options, 9500, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem&) {
      running.start();
      EXPECT_EQ(running.context().graph()->zeroTime(), Time(7000));
      running.advance(2);
    });
    EXPECT_EQ(seen.runs("numbers", 8000), 2);
    EXPECT_EQ(seen.runs("numbers", 9000), 2);
    EXPECT_EQ(seen.of("sums", 11000), "{ (1, 1), (2, 2), (3, 3) }");
    EXPECT_EQ(seen.of("window", 11000), "{ 2, 3 }");
  });
}

TEST_F(BatchesAgainTest, HaveThemInEachRunOfAChain) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    const Lives::Life oneBatch = [&](StreamTest& running, FaultyFileSystem& files) {
      Lives::commitNothing(files);
      running.start();
      running.advance();
    };
    write({{1}, {}});
    lives.die(options, 0, sumsAndWindows(), oneBatch);
    write({{2}, {}});
    lives.die(options, 1500, sumsAndWindows(), oneBatch);
    write({{}, {3}});
    lives.die(options, 2500, sumsAndWindows(), oneBatch);
    lives.die(options, 3500, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance(2);
    });
    EXPECT_EQ(seen.runs("numbers", 1000), 4);
    EXPECT_EQ(seen.runs("numbers", 2000), 3);
    EXPECT_EQ(seen.runs("numbers", 3000), 2);
    EXPECT_EQ(seen.of("sums", 5000), "{ (1, 1), (2, 2), (3, 3) }");
  });
}

TEST_F(BatchesAgainTest, GoOnInTheOtherModeWithOtherThreads) {
  for (const bool beginsContinuous : {false, true}) {
    beginAnew();
    StreamOptions first{.shape = {.partitions = 3, .threads = 2}, .mode = kModes[beginsContinuous ? 1 : 0]};
    StreamOptions second{.shape = {.partitions = 2, .threads = 1}, .mode = kModes[beginsContinuous ? 0 : 1]};
    lives.die(first, 0, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem& files) {
      running.start();
      write({{1, 2}, {11}});
      running.advance();
      Lives::commitNothing(files);
      write({{21}, {3}});
      running.advance();
    });
    write({{}, {4}});
    lives.die(second, 2500, sumsAndWindows(), [&](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance(2);
    });
    EXPECT_EQ(seen.runs("numbers", 2000), 2);
    EXPECT_EQ(seen.of("numbers", 2000), "{ 3, 21 }");
    EXPECT_EQ(seen.of("sums", 4000), "{ (1, 33), (2, 2), (3, 3), (4, 4) }");
  }
}

/// A directory that files are moved into.
class Inbox {
 public:
  Inbox() { LocalFileSystem().createDirectories(scratch_ / "in"); }
  std::string path() const { return scratch_ / "in"; }
  std::string checkpoint() const { return scratch_ / "checkpoint"; }
  void put(const std::string& name, std::int64_t modified) const {
    const std::string draft = scratch_ / name;
    std::ofstream(draft) << name << '\n';
    setModified(draft, modified);
    LocalFileSystem().rename(draft, path() + "/" + name);
  }

 private:
  const ScratchDirectory scratch_;
};

TEST_F(BatchesAgainTest, ReadTheFilesThatTheyHad) {
  for (const char* detectMoved : {"false", "true"}) {
    for (const bool commitsOne : {false, true}) {
      inBothModes([&](StreamOptions options) {
        SCOPED_TRACE(std::string("detectMoved ") + detectMoved + (commitsOne ? ", one committed" : ""));
        const Inbox inbox;
        beginAnew();
        lives = Lives(std::make_shared<LocalFileSystem>(), inbox.checkpoint());
        options.conf = {{"spark.streaming.fileStream.detectMoved", detectMoved}};
        const Lives::Program program = [&](StreamTest& running) {
          const auto lines = running.context().textFileStream(inbox.path());
          seen.watch("lines", lines);
          seen.watch("window", lines.window(Seconds(2)));
          seen.watch("lengths",
                     lines.map([](std::string_view line) { return std::pair(line.size(), 1); })
                         .updateStateByKey([](std::span<const int> ones, std::optional<int> count) {
                           return std::optional(count.value_or(0) + static_cast<int>(ones.size()));
                         }));
        };
        inbox.put("old", 990'000);
        lives.die(options, 1'000'000, program, [&](StreamTest& running, FaultyFileSystem& files) {
          if (!commitsOne) Lives::commitNothing(files);
          running.start();
          inbox.put("a", 1'000'001);
          running.advance();
          Lives::commitNothing(files);
          inbox.put("bb", 1'001'001);
          running.advance();
          inbox.put("c", 1'002'001);
          inbox.put("gone", 1'002'002);
          running.advance();
        });
        EXPECT_EQ(seen.of("lines", 1'003'000), "{ \"c\", \"gone\" }");
        inbox.put("d", 1'003'001);
        lives.die(options, 1'003'500, program, [&](StreamTest& running, FaultyFileSystem&) {
          running.start();
          running.advance();
          inbox.put("e", 1'004'001);
          running.advance();
        });
        EXPECT_EQ(seen.runs("lines", 1'003'000), 2);
        EXPECT_EQ(seen.all("lines"),
                  (std::vector<std::string>{"{ \"a\" }", "{ \"bb\" }", "{ \"c\", \"gone\" }", "{ \"d\" }",
                                            "{ \"e\" }"}));
        EXPECT_EQ(seen.of("lengths", 1'005'000), "{ (1, 4), (2, 1), (4, 1) }");
      });
    }
  }
}

TEST_F(BatchesAgainTest, LeaveOutAFileThatIsGone) {
  inBothModes([&](const StreamOptions& options) {
    const Inbox inbox;
    beginAnew();
    lives = Lives(std::make_shared<LocalFileSystem>(), inbox.checkpoint());
    std::vector<std::string> lines;
    const Lives::Program program = [&](StreamTest& running) {
      running.context()
          .textFileStream(inbox.path())
          .foreachRDD([&](const RDD<std::string_view>& rdd, Time time) {
            if (time != Time(1'001'000)) return;
            lines.clear();
            for (const auto& partition : partitionsOf(rdd))
              lines.insert(lines.end(), partition.begin(), partition.end());
          });
    };
    lives.die(options, 1'000'000, program, [&](StreamTest& running, FaultyFileSystem& files) {
      Lives::commitNothing(files);
      running.start();
      inbox.put("kept", 1'000'001);
      inbox.put("lost", 1'000'001);
      running.advance();
    });
    EXPECT_EQ(lines, (std::vector<std::string>{"kept", "lost"}));
    LocalFileSystem().remove(inbox.path() + "/lost");
    lives.die(options, 1'001'500, program, [&](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance();
      EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
        return line.find("a file stream leaves out a file") != std::string::npos &&
               line.find("/in/lost") != std::string::npos;
      }));
    });
    EXPECT_EQ(lines, (std::vector<std::string>{"kept"}));
  });
}

}  // namespace
}  // namespace millrace::core
