#include "counting_run.hpp"

#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <random>
#include <string>

namespace millrace {
namespace {

using namespace test;

/// A log of numbers of which each batch brings a new one and a zero, counted by one run after the other.
class CrashedRuns {
 public:
  explicit CrashedRuns(const StreamOptions& options) : options_(options) {}

  /// A run of some batches, and what it has said; one that died may have said nothing. Sources may be held while batches run
  /// again, so that what comes then is in the last batch, for which nothing new is written.
  void run(const std::shared_ptr<FileSystem>& files, int batches) {
    options_.now = now_;
    CountingRun counting(files, source_, options_);
    for (int i = 0; i <= batches; ++i) {
      if (i < batches) source_->write({{++written_}, {0}});
      now_ += 1000;
      counting->moveTo(now_);
    }
    counting->context().stop(true, false);
    for (const CheckpointInfo& version : counting.versions->all())
      if (!version.failureReason) durable_ = version.batchTime.milliseconds();
    if (counting.counts.all().empty()) return;
    first_ = counting.counts.times().front();
    counts_ = counting.counts.sorted().back();
  }
  /// The same, of a run whose disk answers no more from a call on. False if it was not called so often.
  bool die(int call) {
    const auto files = std::make_shared<FaultyFileSystem>(disk);
    files->failFrom(call);
    try {
      run(files, 3);
    } catch (const std::exception&) {
    }
    return files->calls() >= call;
  }
  /// Each number is counted once, and no batch has run again that a version has.
  void expectExact(std::int64_t durable) {
    Counts expected{{0, written_}};
    for (int number = 1; number <= written_; ++number) expected.emplace_back(number, 1);
    EXPECT_EQ(counts_, expected);
    EXPECT_GT(first_, durable);
  }
  std::int64_t durable() const { return durable_; }

  const std::shared_ptr<MemoryFileSystem> diskOwner = std::make_shared<MemoryFileSystem>();
  MemoryFileSystem& disk = *diskOwner;

 private:
  StreamOptions options_;
  const std::shared_ptr<LogSource> source_ = std::make_shared<LogSource>(2);
  int written_ = 0;
  std::int64_t now_ = 0;
  std::int64_t first_ = 0;
  std::int64_t durable_ = 0;
  Counts counts_;
};

TEST(Crashes, AtEveryCallOfTheFileSystemLoseNothingAndRepeatNothing) {
  const Seed seed;
  std::mt19937_64 random{seed};
  inBothModes([&](const StreamOptions& options) {
    int call = 1;
    for (bool died = true; died && !testing::Test::HasFailure(); ++call) {
      SCOPED_TRACE("the run dies at call " + std::to_string(call));
      CrashedRuns runs(options);
      runs.run(runs.diskOwner, 2);
      died = runs.die(call);
      if (call % 2 == 0)
        runs.disk.cutPower();
      else
        runs.disk.cutPower(random);
      const std::int64_t durable = runs.durable();
      runs.run(runs.diskOwner, 1);
      runs.expectExact(durable);
    }
    EXPECT_GT(call, 20) << "the calls of a start and of three versions";
  });
}

}  // namespace
}  // namespace millrace
