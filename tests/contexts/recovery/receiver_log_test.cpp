#include <millrace/base/error.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/io/store/framed_file.hpp>

#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/line_server.hpp"
#include "support/memory_file_system.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace test;
using Counts = std::vector<std::pair<int, int>>;

/// How often each number has come, in all runs.
DStream<std::pair<int, int>> countsOf(const DStream<int>& numbers) {
  return numbers.map([](int x) { return std::pair(x, 1); })
      .updateStateByKey([](std::span<const int> ones, std::optional<int> count) {
        return std::optional(std::accumulate(ones.begin(), ones.end(), count.value_or(0)));
      })
      .name("counts");
}

/// Programs whose receiver stores into a log, on files of which a power cut can take what was not synced.
class ReceiverLogRecovery : public testing::Test {
 protected:
  using Script = std::function<std::vector<Action>(const Input<int>& numbers,
                                                   const Outputs<std::pair<int, int>>& counts)>;

  /// One run from `now` on, after which the process is gone.
  void run(const StreamOptions& options, std::int64_t now, const Script& script) {
    StreamTest running(engineOf(options), logged(options, now));
    const auto numbers = running.receiver<int>();
    const auto counts = running.collect(countsOf(numbers.stream));
    running.play(script(numbers, counts));
  }
  EnginePtr engineOf(const StreamOptions& options) const {
    return std::make_shared<Engine>(poolJobRunner(options.shape.threads), options.shape.partitions, files);
  }
  static StreamOptions logged(StreamOptions options, std::int64_t now) {
    options.now = now;
    options.checkpoint = "/checkpoint";
    options.conf["spark.streaming.receiver.writeAheadLog.enable"] = "true";
    return options;
  }
  void newFiles() {
    memory = std::make_shared<MemoryFileSystem>();
    files = std::make_shared<FaultyFileSystem>(*memory);
  }

  std::shared_ptr<MemoryFileSystem> memory = std::make_shared<MemoryFileSystem>();
  std::shared_ptr<FaultyFileSystem> files = std::make_shared<FaultyFileSystem>(*memory);
};

TEST_F(ReceiverLogRecovery, WhatWasStoredAndNoBatchHasComesBackOnce) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    run(options, 0, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(),
              addData(numbers, {1, 2}),
              addData(numbers, {3}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}),
              addData(numbers, {4}),
              addData(numbers, {1, 5}),
              stop()};
    });
    memory->cutPower();
    run(options, 1500, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(),
              closeBatch(),
              expectAnyOrder(counts, {{1, 2}, {2, 1}, {3, 1}, {4, 1}, {5, 1}}),
              addData(numbers, {6}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 2}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}}),
              stop()};
    });
    memory->cutPower();
    run(options, 3500, [](const auto&, const auto& counts) -> std::vector<Action> {
      return {start(), closeBatch(), expectAnyOrder(counts, {{1, 2}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}}),
              stop()};
    });
  });
}

TEST_F(ReceiverLogRecovery, WhatNoRunHasCommittedComesBackInTheFirst) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    run(options, 0, [](const auto& numbers, const auto&) -> std::vector<Action> {
      return {start(), addData(numbers, {1, 2}), stop()};
    });
    run(options, 500, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(), addData(numbers, {3}), closeBatch(), expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}),
              stop()};
    });
  });
}

TEST_F(ReceiverLogRecovery, EitherModeGoesOnWithTheLogOfTheOther) {
  StreamOptions options{.shape = {.partitions = 2, .threads = 2}};
  Counts expected;
  for (int i = 0; i < 4; ++i) {
    options.mode = kModes[i % 2];
    expected.push_back({2 * i, 1});
    run(options, 1000 * i, [&](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(),
              addData(numbers, {2 * i}),
              closeBatch(),
              expectAnyOrder(counts, expected),
              addData(numbers, {2 * i + 1}),
              stop()};
    });
    expected.push_back({2 * i + 1, 1});
  }
}

TEST_F(ReceiverLogRecovery, F34_ABatchHasAPartitionForEachBlockSoFar) {
  StreamTest running(engineOf({}), logged({}, 0));
  const auto numbers = running.receiver<int>();
  const auto seen = running.collect(numbers.stream);
  running.play({start(), addData(numbers, {1, 2}), addData(numbers, {3}), closeBatch(),
                expect(seen, {1, 2, 3}), closeBatch(), expect(seen, {}), addData(numbers, {4}),
                addData(numbers, {5}), closeBatch(), expect(seen, {4, 5}), stop()});
  EXPECT_EQ(seen.all()[0].partitions, (std::vector<std::vector<int>>{{1, 2}, {3}}));
  EXPECT_TRUE(seen.all()[1].partitions.empty());
}

TEST_F(ReceiverLogRecovery, AGracefulStopLeavesNothingUnprocessed) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    run(options, 0, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(), addData(numbers, {1}), addData(numbers, {2, 3}), stopGracefully(),
              expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}})};
    });
    run(options, 1500, [](const auto&, const auto& counts) -> std::vector<Action> {
      return {start(), closeBatch(), expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}), stop()};
    });
  });
}

TEST_F(ReceiverLogRecovery, BatchesThatRunAgainHaveTheSameBlocks) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    bool fails = true;
    const auto play = [&](std::int64_t now, const Script& script) {
      StreamTest running(engineOf(options), logged(options, now));
      const auto numbers = running.receiver<int>();
      numbers.stream.foreachRDD([&fails](const RDD<int>&, Time time) {
        if (fails && time == Time(2000)) throw std::runtime_error("the database is gone");
      });
      const auto counts = running.collect(countsOf(numbers.stream));
      running.play(script(numbers, counts));
    };
    play(0, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(),
              addData(numbers, {1}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 1}}),
              addData(numbers, {2}),
              addData(numbers, {3}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}),
              addData(numbers, {4}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}, {4, 1}}),
              addData(numbers, {5}),
              {"fails", Here::current(), [](StreamTest& test) { test.awaitFailure(); }},
              stop()};
    });
    memory->cutPower();
    fails = false;
    play(3500, [](const auto&, const auto& counts) -> std::vector<Action> {
      const auto check = [counts](StreamTest&) {
        const auto seen = counts.sorted();
        ASSERT_EQ(seen.size(), 5u);
        EXPECT_EQ(seen[0], (Counts{{1, 1}, {2, 1}, {3, 1}}));
        EXPECT_EQ(seen[1], (Counts{{1, 1}, {2, 1}, {3, 1}, {4, 1}}));
        // What was in no batch can wait for those that run again.
        EXPECT_EQ(seen[4], (Counts{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}}));
      };
      return {start(), closeBatch(3), {"check", Here::current(), check}, stop()};
    });
  });
}

/// Stores number after number, ten of them in a batch, until the files do not work any more.
std::set<int> storeUntilItDies(StreamTest& running) {
  std::set<int> stored;
  try {
    const auto numbers = running.receiver<int>();
    const auto counts = running.collect(countsOf(numbers.stream));
    running.start();
    for (int i = 0; i < 40; ++i) {
      try {
        numbers.feed->add({i});
        stored.insert(i);
      } catch (const SparkException&) {
      }
      if (i % 10 == 5) running.advance();
    }
    running.stop();
  } catch (const std::exception&) {
  }
  return stored;
}

TEST_F(ReceiverLogRecovery, WhereverItDiesWhatWasAcknowledgedCountsOnce) {
  inBothModes([&](StreamOptions options) {
    options.conf["spark.streaming.receiver.writeAheadLog.maxFailures"] = "1";
    newFiles();
    {
      StreamTest whole(engineOf(options), logged(options, 0));
      EXPECT_EQ(storeUntilItDies(whole).size(), 40u);
    }
    const int calls = files->calls();
    const Seed seed;
    std::mt19937_64 random(seed);
    for (int call = 5; call < calls; call += calls / 40) {
      SCOPED_TRACE(call);
      newFiles();
      files->failFrom(call);
      std::set<int> stored;
      try {
        StreamTest dying(engineOf(options), logged(options, 0));
        stored = storeUntilItDies(dying);
      } catch (const std::exception&) {
      }
      memory->cutPower(random);
      files = std::make_shared<FaultyFileSystem>(*memory);
      StreamTest running(engineOf(options), logged(options, 4500));
      const auto numbers = running.receiver<int>();
      const auto counts = running.collect(countsOf(numbers.stream));
      running.play({start(), addData(numbers, {100}), closeBatch(), stop()});
      const auto seen = counts.records();
      ASSERT_FALSE(seen.empty());
      std::map<int, int> times(seen.back().begin(), seen.back().end());
      stored.insert(100);
      for (const int number : stored) EXPECT_EQ(times[number], 1) << number;
      for (const auto& [number, count] : times) EXPECT_LE(count, 1) << number;
    }
  });
}

TEST_F(ReceiverLogRecovery, AnAppendThatFailsIsToldToTheReceiverAndToListeners) {
  struct Errors final : StreamingListener {
    void onReceiverError(const ReceiverInfo& receiver) override {
      std::lock_guard lock(mutex);
      texts.push_back(receiver.lastErrorMessage + ": " + receiver.lastError);
    }
    std::mutex mutex;
    std::vector<std::string> texts;
  };
  inBothModes([&](StreamOptions options) {
    newFiles();
    options.conf["spark.streaming.receiver.writeAheadLog.maxFailures"] = "1";
    const auto errors = std::make_shared<Errors>();
    {
      StreamTest running(engineOf(options), logged(options, 0));
      running.context().addStreamingListener(errors);
      const auto numbers = running.receiver<int>();
      const auto counts = running.collect(countsOf(numbers.stream));
      running.start();
      numbers.feed->add({1});
      files->fullAfter(1);
      EXPECT_NE(failureOf<SparkException>([&] { numbers.feed->add({2}); }).find("No space left on device"),
                std::string::npos);
      files->fullAfter(1 << 20);
      numbers.feed->add({3});
      running.play({closeBatch(), expectAnyOrder(counts, {{1, 1}, {3, 1}}), stop()});
    }
    ASSERT_EQ(errors->texts.size(), 1u);
    EXPECT_NE(errors->texts[0].find("Storing a block of FedReceiver<int>-0 failed: cannot write"),
              std::string::npos)
        << errors->texts[0];
  });
}

/// A program with a receiver that stores single records.
struct OneByOne {
  OneByOne(const EnginePtr& engine, const StreamOptions& options) : running(engine, options) {
    auto made = std::make_unique<test::detail::FedReceiver<int>>();
    receiver = made.get();
    counts = running.collect(countsOf(running.context().receiverStream(std::move(made))));
    running.start();
    receiver->awaitStart();
  }
  std::int64_t notDurable() { return running.context().gauges().at("receivedNotDurable"); }
  void awaitDurable() {
    const auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
    while (notDurable() != 0) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      std::this_thread::yield();
    }
  }
  void awaitLine(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
    const auto has = [&](const std::string& line) { return line.find(text) != std::string::npos; };
    while (!std::ranges::any_of(running.log().lines(), has)) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      std::this_thread::yield();
    }
  }

  StreamTest running;
  test::detail::FedReceiver<int>* receiver;
  Outputs<std::pair<int, int>> counts;
};

TEST_F(ReceiverLogRecovery, OfSingleRecordsThoseOfTheLastBlockCanBeLost) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    {
      OneByOne program(engineOf(options), logged(options, 0));
      program.receiver->store(7);
      if (options.mode == StreamingMode::kMicroBatch) {
        EXPECT_EQ(program.notDurable(), 1);
        program.running.clock().setTime(200);
      }
      program.awaitDurable();
      files->failFrom(1);
      program.receiver->store(8);
      EXPECT_EQ(program.notDurable(), 1);
      program.running.stop();
      program.awaitLine("records are lost: they could not be stored until the receiver was to stop");
    }
    memory->cutPower();
    files = std::make_shared<FaultyFileSystem>(*memory);
    run(options, 500, [](const auto&, const auto& counts) -> std::vector<Action> {
      return {start(), closeBatch(), expectAnyOrder(counts, {{7, 1}}), stop()};
    });
  });
}

TEST_F(ReceiverLogRecovery, SingleRecordsWaitForALogThatFails) {
  inBothModes([&](StreamOptions options) {
    newFiles();
    options.conf["spark.streaming.receiver.writeAheadLog.maxFailures"] = "1";
    options.conf["spark.streaming.receiverRestartDelay"] = "300ms";
    OneByOne program(engineOf(options), logged(options, 0));
    files->fullAfter(1);
    program.receiver->store(9);
    if (options.mode == StreamingMode::kMicroBatch) program.running.clock().setTime(200);
    program.awaitLine("Storing a block of FedReceiver<int>-0 failed");
    EXPECT_EQ(program.notDurable(), 1);
    files->fullAfter(1 << 20);
    program.running.clock().awaitWaiter(300, std::chrono::seconds(30));
    program.running.clock().setTime(900);
    program.awaitDurable();
    program.running.play({closeBatch(), expectAnyOrder(program.counts, {{9, 1}}), stop()});
  });
}

TEST_F(ReceiverLogRecovery, ALongRunKeepsFewFiles) {
  inBothModes([&](StreamOptions options) {
    newFiles();
    options.conf["spark.streaming.receiver.writeAheadLog.rollingIntervalSecs"] = "1";
    StreamTest running(engineOf(options), logged(options, 0));
    const auto numbers = running.receiver<int>();
    numbers.stream.foreachRDD([](const RDD<int>&) {});
    running.start();
    std::size_t most = 0;
    for (int i = 0; i < 1000; ++i) {
      numbers.feed->add({i});
      running.advance();
      most = std::max(most, memory->list("/checkpoint/streaming/receivedData/0").size());
    }
    EXPECT_GE(most, 4u);
    EXPECT_LE(most, 2 * Recovery::kMostUnwritten);
    running.stop();
  });
}

TEST_F(ReceiverLogRecovery, ANameFollowsTheReceiverToAnotherPlace) {
  inBothModes([&](const StreamOptions& options) {
    newFiles();
    run(options, 0, [](const auto& orders, const auto& counts) -> std::vector<Action> {
      return {
          start(), addData(orders, {1}), closeBatch(), expectAnyOrder(counts, {{1, 1}}), addData(orders, {2}),
          stop()};
    });
    {
      StreamTest running(engineOf(options), logged(options, 1500));
      const auto orders = running.receiver<int>();
      const auto counts = running.collect(countsOf(orders.stream.name("orders")));
      running.play(
          {start(), closeBatch(), expectAnyOrder(counts, {{1, 1}, {2, 1}}), addData(orders, {3}), stop()});
    }
    StreamTest running(engineOf(options), logged(options, 2500));
    const auto others = running.receiver<int>();
    const auto seen = running.collect(others.stream);
    const auto orders = running.receiver<int>();
    const auto counts = running.collect(countsOf(orders.stream.name("orders")));
    running.play({start(), addData(others, {4}), closeBatch(),
                  expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}), expect(seen, {4}), stop()});
  });
}

TEST_F(ReceiverLogRecovery, SwitchedOffTheLogWaitsForTheRunThatHasItAgain) {
  inBothModes([&](StreamOptions options) {
    newFiles();
    run(options, 0, [](const auto& numbers, const auto& counts) -> std::vector<Action> {
      return {start(),
              addData(numbers, {1}),
              closeBatch(),
              expectAnyOrder(counts, {{1, 1}}),
              addData(numbers, {2}),
              stop()};
    });
    {
      StreamOptions without = logged(options, 1500);
      without.conf.clear();
      StreamTest running(engineOf(options), without);
      const auto numbers = running.receiver<int>();
      const auto counts = running.collect(countsOf(numbers.stream));
      running.play(
          {start(), addData(numbers, {3}), closeBatch(), expectAnyOrder(counts, {{1, 1}, {3, 1}}), stop()});
      EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
        return line.find("what an earlier run has logged of a receiver is not read") != std::string::npos;
      }));
    }
    run(options, 2500, [](const auto&, const auto& counts) -> std::vector<Action> {
      return {start(), closeBatch(), expectAnyOrder(counts, {{1, 1}, {2, 1}, {3, 1}}), stop()};
    });
  });
}

TEST_F(ReceiverLogRecovery, NeedsADirectoryOfACheckpoint) {
  inBothModes([&](const StreamOptions& options) {
    StreamOptions without = logged(options, 0);
    without.checkpoint.clear();
    StreamTest running(without);
    running.receiver<int>().stream.foreachRDD([](const RDD<int>&) {});
    EXPECT_EQ(failureOf<SparkException>([&] { running.start(); }),
              "spark.streaming.receiver.writeAheadLog.enable is true, and there is no directory for the log: "
              "call checkpoint(directory), set spark.streaming.checkpoint.directory, or switch the log off");
  });
}

/// Shows memory of others, so it cannot be written.
struct Opaque {
  const int* shown;
};

TEST_F(ReceiverLogRecovery, NeedsRecordsThatCanBeWritten) {
  StreamTest running(engineOf({}), logged({}, 0));
  running.receiver<Opaque>().stream.foreachRDD([](const RDD<Opaque>&) {});
  const std::string reason = failureOf<Unsupported>([&] { running.start(); });
  EXPECT_NE(reason.find("Receiver stream [0] cannot be logged"), std::string::npos) << reason;
  EXPECT_NE(reason.find("Opaque cannot be written: give"), std::string::npos) << reason;
}

TEST_F(ReceiverLogRecovery, OfSocketsAllThatIsInTheLogComesBack) {
  inBothModes([&](StreamOptions options) {
    newFiles();
    options.conf["spark.streaming.receiverRestartDelay"] = "0";
    LineServer server;
    const auto linesOf = [&](StreamTest& running) {
      return countsOf(running.context().socketTextStream("127.0.0.1", server.port()).map([](auto line) {
        return std::stoi(std::string(line));
      }));
    };
    {
      StreamTest running(engineOf(options), logged(options, 0));
      running.collect(linesOf(running));
      running.start();
      Peer peer = server.accept();
      std::string sent;
      for (int i = 0; i < 1000; ++i) sent += std::to_string(i) + "\n";
      peer.send(sent);
      peer.close();
      peer = server.accept();  // the end of the first connection was read, and all it had is stored
      running.stop();
    }
    memory->cutPower();
    StreamTest running(engineOf(options), logged(options, 500));
    const auto counts = running.collect(linesOf(running));
    Counts expected;
    for (int i = 0; i < 1000; ++i) expected.push_back({i, 1});
    running.play({start(), closeBatch(), expectAnyOrder(counts, expected), stop()});
  });
}

TEST_F(ReceiverLogRecovery, F12_ALogThatIsDamagedIsRefused) {
  const auto stored = [](const auto& numbers, const auto&) -> std::vector<Action> {
    return {start(), addData(numbers, {1}), addData(numbers, {2}), stop()};
  };
  run({}, 0, stored);
  const std::string segment = "/checkpoint/streaming/receivedData/0/log-1-1";
  std::string bytes = memory->read(segment);
  bytes[bytes.size() / 2] ^= 1;
  memory->put(segment, bytes);
  StreamTest running(engineOf({}), logged({}, 500));
  running.receiver<int>().stream.foreachRDD([](const RDD<int>&) {});
  const std::string reason = failureOf<DamagedFile>([&] { running.start(); });
  EXPECT_NE(reason.find(segment), std::string::npos) << reason;
}

TEST_F(ReceiverLogRecovery, AReceiverThatIsRemovedIsNamedWithWhatItLeaves) {
  run({}, 0, [](const auto& numbers, const auto&) -> std::vector<Action> {
    return {start(), addData(numbers, {1}), closeBatch(), stop()};
  });
  StreamOptions options = logged({}, 1500);
  options.conf["spark.streaming.recovery.dropUnknownState"] = "true";
  StreamTest running(engineOf({}), options);
  running.input<int>().stream.foreachRDD([](const RDD<int>&) {});
  running.play({start(), closeBatch(), stop()});
  EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
    return line.find("a source of the checkpoint is not in the program any more") != std::string::npos;
  }));
}

TEST_F(ReceiverLogRecovery, ARunThatBeginsAnewLeavesTheOldLogAside) {
  inBothModes([&](StreamOptions options) {
    const ScratchDirectory scratch;
    options.checkpoint = scratch / "checkpoint";
    options.conf["spark.streaming.receiver.writeAheadLog.enable"] = "true";
    for (int i = 0; i < 2; ++i) {
      options.conf["spark.streaming.recovery.startAfresh"] = "true";
      options.now = 500 * i;
      StreamTest running(options);
      const auto numbers = running.receiver<int>();
      const auto counts = running.collect(countsOf(numbers.stream));
      running.play({start(), addData(numbers, {i}), closeBatch(), expectAnyOrder(counts, {{i, 1}}),
                    addData(numbers, {i}), stop()});
    }
    EXPECT_TRUE(LocalFileSystem().exists(scratch / "checkpoint/streaming.old/receivedData/0"));
    EXPECT_TRUE(LocalFileSystem().exists(scratch / "checkpoint/streaming/receivedData/0"));
  });
}

}  // namespace
}  // namespace millrace::core
