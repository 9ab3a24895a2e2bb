#include <millrace/base/directory_watch.hpp>
#include <millrace/base/file_system.hpp>

#include "support/scratch_directory.hpp"
#include "support/set_modified.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Paths = std::vector<std::string>;
using LinesOfEpochs = std::vector<std::vector<std::string>>;

/// What threads of a test tell each other.
template <class State>
class Shared {
 public:
  template <class Change>
  void change(Change change) {
    std::lock_guard lock(mutex_);
    change(state_);
    changed_.notify_all();
  }
  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, test::kPatienceOfStreams, [&] { return condition(state_); }))
      throw std::runtime_error("nothing has happened for 30 s");
  }
  template <class Condition>
  bool await(const std::stop_token& stop, Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [&] { return condition(state_); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  State state_;
};

/// The machine's files, of which a stream hears what a test tells.
class ToldFiles final : public LocalFileSystem {
 public:
  /// Says that a file was moved in; returns when the stream has done with it.
  void tell(const std::string& path) const {
    tellOnly(path);
    shared_->await([](const State& state) { return state.isIdle && state.moved.empty(); });
  }
  /// The same, but returns when the stream has heard it.
  void tellOnly(const std::string& path) const {
    shared_->change([&](State& state) { state.moved.push_back(path); });
    shared_->await([](const State& state) { return state.moved.empty(); });
  }
  Paths watched() const {
    Paths watched;
    shared_->change([&](State& state) { watched = state.watched; });
    return watched;
  }
  void awaitScan() const {
    shared_->await([](const State& state) { return state.scans > 0; });
  }

  std::vector<FileStatus> listStatus(const std::string& path) const override {
    auto listed = LocalFileSystem::listStatus(path);
    shared_->change([](State& state) { ++state.scans; });
    return listed;
  }
  std::unique_ptr<DirectoryWatch> watchDirectories() const override {
    return std::make_unique<Watch>(shared_);
  }

 private:
  struct State {
    std::deque<std::string> moved;
    Paths watched;
    bool isIdle = false;
    int scans = 0;
  };

  class Watch final : public DirectoryWatch {
   public:
    explicit Watch(std::shared_ptr<Shared<State>> shared) : shared_(std::move(shared)) {}
    void watch(const Paths& directories) override {
      shared_->change([&](State& state) { state.watched = directories; });
    }
    std::optional<std::string> next(const std::stop_token& stop) override {
      shared_->change([](State& state) { state.isIdle = true; });
      if (!shared_->await(stop, [](const State& state) { return !state.moved.empty(); })) return std::nullopt;
      std::string path;
      shared_->change([&](State& state) {
        path = std::move(state.moved.front());
        state.moved.pop_front();
        state.isIdle = false;
      });
      return path;
    }

   private:
    const std::shared_ptr<Shared<State>> shared_;
  };

  const std::shared_ptr<Shared<State>> shared_ = std::make_shared<Shared<State>>();
};

class FileFlowTest : public testing::Test {
 protected:
  FileFlowTest() { std::filesystem::create_directory(watched); }

  std::unique_ptr<test::StreamTest> program(std::shared_ptr<FileSystem> on,
                                            const std::string& detectMoved = "false") {
    return std::make_unique<test::StreamTest>(
        std::make_shared<core::Engine>(core::inlineJobRunner(), 2, std::move(on)),
        test::StreamOptions{.mode = StreamingMode::kContinuous,
                            .now = 12'000,
                            .conf = {{"spark.streaming.fileStream.detectMoved", detectMoved}}});
  }
  std::string moveIn(const std::string& name, std::string_view text, std::int64_t modified = 12'500) {
    const std::string elsewhere = scratch / "elsewhere", path = watched + "/" + name;
    std::ofstream(elsewhere) << text;
    test::setModified(elsewhere, modified);
    std::filesystem::rename(elsewhere, path);
    return path;
  }
  /// The lines, counted as they pass.
  DStream<std::string> counted(const DStream<std::string_view>& lines) {
    return lines.map([passed = passed](std::string_view line) {
      passed->change([](int& count) { ++count; });
      return std::string(line);
    });
  }
  void awaitLines(int count) {
    passed->await([=](int so) { return so == count; });
  }

  const test::ScratchDirectory scratch;
  const std::string watched = scratch / "watched";
  const std::shared_ptr<ToldFiles> files = std::make_shared<ToldFiles>();
  const std::shared_ptr<Shared<int>> passed = std::make_shared<Shared<int>>();
};

TEST_F(FileFlowTest, AFileThatIsMovedInFlowsAtOnce) {
  for (const std::string detectMoved : {"false", "true"}) {
    passed->change([](int& count) { count = 0; });
    auto running = program(files, detectMoved);
    auto lines = running->collect(counted(running->context().textFileStream(watched)));
    running->start();
    files->tell(moveIn("a" + detectMoved, "1\n2\n"));
    awaitLines(2);
    EXPECT_EQ(lines.records(), LinesOfEpochs()) << "the epoch lasts";
    files->tell(watched + "/a" + detectMoved);
    running->advance(2);
    running->stop();
    EXPECT_EQ(lines.records(), (LinesOfEpochs{{"1", "2"}, {}}));
  }
}

TEST_F(FileFlowTest, TheMachineTellsWhatIsMovedIn) {
  auto running = program(std::make_shared<LocalFileSystem>());
  auto lines = running->collect(counted(running->context().textFileStream(watched)));
  running->start();
  moveIn("a", "1\n2\n");
  awaitLines(2);
  running->advance();
  moveIn("b", "3\n", 13'500);
  awaitLines(3);
  running->advance();
  running->stop();
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{"1", "2"}, {"3"}}));
}

class FilesOfEpochs final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override {
    files.push_back(batch.streamIdToInputInfo.at(0).metadata.files);
  }
  std::vector<Paths> files;
};

TEST_F(FileFlowTest, FilesHaveTheOrderThatABatchGivesThem) {
  auto told = std::make_shared<FilesOfEpochs>();
  LinesOfEpochs partitions;
  Paths grouped;
  {
    auto running = program(files);
    running->context().addStreamingListener(told);
    auto stream = running->context().textFileStream(watched);
    auto lines = running->collect(stream);
    auto groups =
        running->collect(stream.map([](std::string_view line) { return std::pair(0, std::string(line)); })
                             .groupByKey()
                             .map([](const auto& group) {
                               std::string all;
                               for (const auto& line : group.second) all += line;
                               return all;
                             }));
    running->start();
    files->tell(moveIn("d", "6\n7\n"));
    moveIn("b", "3\n4\n");
    files->tell(moveIn("a", "1\n2\n"));
    moveIn("c", "5\n");
    running->advance();
    files->tell(moveIn("b2", "9\n", 13'500));
    moveIn("a2", "8\n", 13'500);
    running->advance();
    running->stop();
    for (const auto& output : lines.all())
      partitions.insert(partitions.end(), output.partitions.begin(), output.partitions.end());
    for (const auto& batch : groups.records()) grouped.insert(grouped.end(), batch.begin(), batch.end());
  }
  EXPECT_EQ(partitions, (LinesOfEpochs{{"1", "2"}, {"3", "4"}, {"5"}, {"6", "7"}, {"8"}, {"9"}}));
  EXPECT_EQ(grouped, (Paths{"1234567", "89"}));
  const std::string in = watched + "/";
  EXPECT_EQ(told->files,
            (std::vector<Paths>{{in + "a", in + "b", in + "c", in + "d"}, {in + "a2", in + "b2"}}));
}

TEST_F(FileFlowTest, AnEpochWaitsForTheEndOfItsFiles) {
  struct Gate {
    bool isReached = false, isOpen = false;
  };
  auto gate = std::make_shared<Shared<Gate>>();
  auto running = program(files);
  auto lines = running->collect(running->context().textFileStream(watched).map([gate](std::string_view line) {
    if (line == "1") {
      gate->change([](Gate& state) { state.isReached = true; });
      gate->await([](const Gate& state) { return state.isOpen; });
    }
    return std::string(line);
  }));
  running->start();
  files->tell(moveIn("a", "1\n2\n3\n"));
  gate->await([](const Gate& state) { return state.isReached; });
  running->clock().setTime(13'000);
  files->awaitScan();
  files->tell(moveIn("b", "4\n", 13'000));
  EXPECT_EQ(lines.records(), LinesOfEpochs());
  gate->change([](Gate& state) { state.isOpen = true; });
  running->moveTo(14'000);
  running->stop();
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{"1", "2", "3"}, {"4"}}));
}

TEST_F(FileFlowTest, NothingIsSentWhileAnEpochEnds) {
  struct Events {
    Paths all;
    bool isOver = false;
  };
  auto events = std::make_shared<Shared<Events>>();
  /// Is asked after the files, and takes its time.
  class Slow final : public InputDStream<int> {
   public:
    Slow(std::shared_ptr<Shared<Events>> told, RDD<int> rdd) : told_(std::move(told)), rdd_(std::move(rdd)) {}
    std::optional<RDD<int>> compute(Time) override {
      told_->await([](const Events& state) { return state.isOver; });
      told_->change([](Events& state) { state.all.emplace_back("the epoch ends"); });
      return rdd_;
    }

   private:
    const std::shared_ptr<Shared<Events>> told_;
    const RDD<int> rdd_;
  };
  auto running = program(files);
  auto lines = running->collect(
      running->context().fileStream(watched, [events](const SparkContext& context, const std::string& path) {
        events->change([](Events& state) { state.all.emplace_back("a file is read"); });
        return context.textFile(path);
      }));
  running->context()
      .inputStream(std::make_shared<Slow>(events, running->context().sparkContext().emptyRDD<int>()))
      .foreachRDD([](const RDD<int>&) {});
  running->start();
  running->clock().setTime(13'000);
  files->awaitScan();
  files->tellOnly(moveIn("a", "1\n", 13'500));
  events->change([](Events& state) { state.isOver = true; });
  running->moveTo(14'000);
  running->stop();
  events->await([](const Events& state) { return state.all.size() == 3; });
  events->change([](const Events& state) {
    EXPECT_EQ(state.all, (Paths{"the epoch ends", "a file is read", "the epoch ends"}));
  });
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{}, {"1"}}));
}

TEST_F(FileFlowTest, TheRuleDecidesWhatIsReadAndWhen) {
  auto running = program(files);
  auto lines = running->collect(running->context().textFileStream(watched));
  running->start();
  files->tell(moveIn("late", "too old\n", 11'500));
  files->tell(moveIn("early", "2\n", 14'000));
  files->tell(moveIn(".hidden", "no\n"));
  files->tell(watched + "/none");
  files->tell(watched);
  files->tell(moveIn("a", "1\n"));
  running->advance(3);
  running->stop();
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{"1"}, {"2"}, {}}));
  Paths skips;
  for (const std::string& line : running->log().lines())
    if (line.find("leaves out") != std::string::npos) skips.push_back(line);
  ASSERT_EQ(skips.size(), 1U) << testing::PrintToString(skips);
  EXPECT_NE(skips[0].find("/late"), std::string::npos) << skips[0];
}

TEST_F(FileFlowTest, AReaderThatFailsFailsItsEpoch) {
  const auto failure = [&](bool isTold) {
    auto running = program(files);
    running->collect(running->context().fileStream(
        watched, [](const SparkContext& context, const std::string& path) -> RDD<std::string_view> {
          if (path.ends_with("/bad")) throw std::runtime_error("cannot make sense of it");
          return context.textFile(path);
        }));
    running->start();
    const Paths paths{moveIn("a", "1\n"), moveIn("bad", "2\n"), moveIn("c", "3\n")};
    if (isTold)
      for (const std::string& path : paths) files->tell(path);
    running->clock().setTime(13'000);
    std::string what = running->awaitFailure();
    running->stop();
    return what;
  };
  const std::string untold = failure(false);
  EXPECT_NE(untold.find("cannot make sense of it"), std::string::npos) << untold;
  EXPECT_EQ(failure(true), untold);
}

TEST_F(FileFlowTest, WhatCannotBeReadIsLeftOutOnce) {
  auto running = program(files);
  auto lines = running->collect(running->context().binaryRecordsStream(watched, 2));
  running->start();
  files->tell(moveIn("odd", "abc"));
  files->tell(moveIn("even", "abcd"));
  running->advance(2);
  running->stop();
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{"ab", "cd"}, {}}));
}

TEST_F(FileFlowTest, DirectoriesThatComeAndGoAreWatched) {
  std::filesystem::create_directory(watched + "/a");
  auto running = program(files);
  auto lines = running->collect(running->context().textFileStream(watched + "/*"));
  running->start();
  EXPECT_EQ(files->watched(), Paths{watched + "/a"});
  std::filesystem::create_directory(watched + "/b");
  running->advance();
  EXPECT_EQ(files->watched(), (Paths{watched + "/a", watched + "/b"}));
  std::filesystem::remove(watched + "/a");
  files->tell(moveIn("b/file", "1\n", 13'500));
  running->advance();
  EXPECT_EQ(files->watched(), Paths{watched + "/b"});
  running->stop();
  EXPECT_EQ(lines.records(), (LinesOfEpochs{{}, {"1"}}));
}

}  // namespace
}  // namespace millrace
