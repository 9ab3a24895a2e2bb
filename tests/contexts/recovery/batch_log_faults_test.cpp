#include <millrace/contexts/recovery/recovery.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/lives.hpp"
#include "support/log_source.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"
#include "support/seen.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace test;

class BatchLogFaultsTest : public testing::Test {
 protected:
  void beginAnew() {
    disk = std::make_shared<MemoryFileSystem>();
    lives = Lives(disk, "/checkpoint");
    source = std::make_shared<LogSource>(2);
    seen = Seen();
  }
  Lives::Program program() {
    return [this](StreamTest& running) {
      const auto numbers = running.context().inputStream(source);
      seen.watch("numbers", numbers);
      seen.watch("window", numbers.window(Seconds(2)));
      seen.watch("sum",
                 numbers.map([](int x) { return std::pair(0, x); })
                     .updateStateByKey([](std::span<const int> values, std::optional<int> sum) {
                       return std::optional(std::accumulate(values.begin(), values.end(), sum.value_or(0)));
                     }));
    };
  }
  static Lives::Life goOn(int times) {
    return [times](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance(times);
    };
  }

  std::shared_ptr<MemoryFileSystem> disk;
  Lives lives;
  std::shared_ptr<LogSource> source;
  Seen seen;
};

TEST_F(BatchLogFaultsTest, ABatchThatCannotBeLoggedFailsAndRunsAgain) {
  for (const bool isFull : {false, true}) {
    inBothModes([&](const StreamOptions& options) {
      beginAnew();
      lives.die(options, 0, program(), [&](StreamTest& running, FaultyFileSystem& files) {
        running.start();
        source->write({{1}, {2}});
        running.advance();
        if (isFull)
          files.fullAfter(10);
        else
          files.failWhere([](const std::string& path) { return path.find("/batches/log-") != path.npos; });
        source->write({{3}, {}});
        running.advance();
        const std::string failure = running.awaitFailure();
        EXPECT_NE(failure.find("batch 2000 ms"), std::string::npos) << failure;
        EXPECT_NE(failure.find(isFull ? "No space left" : "Input/output error"), std::string::npos)
            << failure;
        EXPECT_EQ(seen.runs("numbers", 2000), 0);
        files.fullAfter(std::numeric_limits<std::int64_t>::max());
        files.failWhere(nullptr);
        source->write({{}, {4}});
        running.advance();
        EXPECT_EQ(seen.of("numbers", 3000), "{ 4 }");
      });
      lives.die(options, 3500, program(), goOn(1));
      EXPECT_EQ(seen.of("numbers", 2000), "{ 3 }");
      EXPECT_EQ(seen.runs("numbers", 3000), 2);
      EXPECT_EQ(seen.of("sum", 4000), "{ (0, 10) }");
    });
  }
}

TEST_F(BatchLogFaultsTest, ADamagedLogIsRefusedUntilItIsMovedAside) {
  inBothModes([&](StreamOptions options) {
    beginAnew();
    const ScratchDirectory scratch;
    lives = Lives(std::make_shared<LocalFileSystem>(), scratch / "checkpoint");
    source->write({{1}, {2}});
    lives.die(options, 0, program(), [&](StreamTest& running, FaultyFileSystem& files) {
      Lives::commitNothing(files);
      running.start();
      running.advance(2);
    });
    const std::string log = scratch / "checkpoint/streaming/batches/log-1-1";
    LocalFileSystem files;
    std::string bytes = files.read(log);
    bytes[100] = static_cast<char>(bytes[100] ^ 1);
    {
      const auto file = files.openForWriting(log);
      file->write(bytes);
      file->close();
    }
    std::string reason;
    lives.die(options, 2500, program(), [&](StreamTest& running, FaultyFileSystem&) {
      reason = failureOf<SparkException>([&] { running.start(); });
    });
    EXPECT_NE(reason.find(log), std::string::npos) << reason;
    EXPECT_NE(reason.find("byte"), std::string::npos) << reason;
    options.conf = {{"spark.streaming.recovery.startAfresh", "true"}};
    seen = Seen();
    lives.die(options, 2500, program(), goOn(1));
    EXPECT_EQ(seen.of("sum", 3000), "{ (0, 3) }");
    EXPECT_TRUE(files.exists(scratch / "checkpoint/streaming.old/batches/log-1-1"));
  });
}

TEST_F(BatchLogFaultsTest, NothingIsMissingAndRepeatsAreEqualWhereverAProcessDies) {
  inBothModes([&](const StreamOptions& options) {
    bool diedOnTheWay = true;
    for (int call = 1; diedOnTheWay; ++call) {
      SCOPED_TRACE("died at call " + std::to_string(call));
      beginAnew();
      const auto write = [&](int first) { source->write({{first}, {first + 1}}); };
      lives.die(options, 0, program(), [&](StreamTest& running, FaultyFileSystem& files) {
        files.failFrom(call);
        bool hasStarted = true;
        try {
          running.start();
        } catch (const SparkException&) {
          hasStarted = false;
        }
        for (int batch = 0; batch < 3; ++batch) {
          write(1 + 2 * batch);
          if (hasStarted) running.advance();
        }
        diedOnTheWay = files.calls() >= call;
      });
      disk->cutPower();
      write(100);
      lives.die(options, 3500, program(), goOn(3));
      std::ptrdiff_t numbers = 0;
      for (const std::string& batch : seen.all("numbers"))
        numbers += batch == "{}" ? 0 : std::ranges::count(batch, ',') + 1;
      EXPECT_EQ(numbers, 8);
      EXPECT_EQ(seen.of("sum", 6000), "{ (0, 222) }");
      if (testing::Test::HasFailure()) return;
    }
  });
}

}  // namespace
}  // namespace millrace::core
