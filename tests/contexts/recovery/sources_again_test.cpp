#include <millrace/contexts/recovery/recovery.hpp>

#include "support/lives.hpp"
#include "support/log_source.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"
#include "support/seen.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace test;

/// A user's source: numbers of a vector, each batch those that have come since the one before.
class Numbers final : public InputDStream<int> {
 public:
  Numbers(SparkContext sparkContext, std::shared_ptr<const Ints> all)
      : sparkContext_(std::move(sparkContext)), all_(std::move(all)) {}
  std::string kind() const override { return "Numbers"; }
  std::optional<RDD<int>> compute(Time time) override {
    const std::size_t from = std::exchange(next_, all_->size());
    covered_ = {{"all", from, next_}};
    return computeAgain(time, covered_);
  }
  std::vector<SourcePositions> positionsOf(Time) const override { return covered_; }

  bool canBeReadAgain() const override { return true; }
  void resumeAfter(const std::vector<SourcePositions>& positions) override {
    next_ = positions.at(0).until.as<std::size_t>();
  }
  std::optional<RDD<int>> computeAgain(Time, const std::vector<SourcePositions>& positions) override {
    const auto at = [&](const Position& position) {
      return all_->begin() + static_cast<std::ptrdiff_t>(position.as<std::size_t>());
    };
    return sparkContext_.parallelize(Ints(at(positions.at(0).from), at(positions.at(0).until)), 2);
  }

 private:
  SparkContext sparkContext_;
  const std::shared_ptr<const Ints> all_;
  std::size_t next_ = 0;
  std::vector<SourcePositions> covered_;
};

class SourcesAgainTest : public testing::Test {
 protected:
  void beginAnew() {
    lives = Lives();
    source = std::make_shared<LogSource>(2);
    seen = Seen();
  }
  /// Keeps a program with this stream from committing where states cannot be written.
  static void count(const DStream<int>& numbers) {
    numbers.map([](int) { return std::pair(0, 1); })
        .updateStateByKey([](std::span<const int> ones, std::optional<int> count) {
          return std::optional(count.value_or(0) + static_cast<int>(ones.size()));
        })
        .name("count")
        .foreachRDD([](const auto&) {});
  }
  /// A batch for each of these, none of which is committed.
  Lives::Life batches(std::vector<std::vector<Ints>> numbers) {
    return [this, numbers = std::move(numbers)](StreamTest& running, FaultyFileSystem& files) {
      Lives::commitNothing(files);
      running.start();
      for (const auto& batch : numbers) {
        source->write(batch);
        running.advance();
      }
    };
  }
  static Lives::Life goOn(int times) {
    return [times](StreamTest& running, FaultyFileSystem&) {
      running.start();
      running.advance(times);
    };
  }

  Lives lives;
  std::shared_ptr<LogSource> source;
  Seen seen;
};

TEST_F(SourcesAgainTest, OfTheUsersOwnAreAskedAgain) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    const auto all = std::make_shared<Ints>();
    const Lives::Program program = [&](StreamTest& running) {
      const auto numbers =
          running.context().inputStream(std::make_shared<Numbers>(running.context().sparkContext(), all));
      seen.watch("numbers", numbers);
      count(numbers);
    };
    lives.die(options, 0, program, [&](StreamTest& running, FaultyFileSystem& files) {
      running.start();
      all->assign({1, 2});
      running.advance();
      Lives::commitNothing(files);
      all->insert(all->end(), {3, 4});
      running.advance();
    });
    all->push_back(5);
    lives.die(options, 2500, program, goOn(1));
    all->push_back(6);
    lives.die(options, 3500, program, goOn(1));
    EXPECT_EQ(seen.runs("numbers", 2000), 2);
    EXPECT_EQ(seen.all("numbers"), (std::vector<std::string>{"{ 1, 2 }", "{ 3, 4 }", "{ 5 }", "{ 6 }"}));
  });
}

TEST_F(SourcesAgainTest, ThatAreNewHaveNothingAndThoseThatAreGoneAreDropped) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    const auto other = std::make_shared<LogSource>(1);
    const auto third = std::make_shared<LogSource>(1);
    other->write({{7}});
    third->write({{9}});
    lives.die(
        options, 0,
        [&](StreamTest& running) {
          const auto numbers = running.context().inputStream(source);
          seen.watch("numbers", numbers.name("numbers"));
          count(numbers);
          running.context().inputStream(other).name("other").foreachRDD([](const RDD<int>&) {});
        },
        batches({{{1}, {2}}}));
    lives.die(
        options, 1500,
        [&](StreamTest& running) {
          seen.watch("third", running.context().inputStream(third).name("third"));
          const auto numbers = running.context().inputStream(source);
          seen.watch("numbers", numbers.name("numbers"));
          count(numbers);
        },
        [&](StreamTest& running, FaultyFileSystem&) {
          running.start();
          running.advance(2);
          EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
            return line.find("batches run again without what a source had") != std::string::npos &&
                   line.find("other") != std::string::npos;
          }));
        });
    EXPECT_EQ(seen.runs("numbers", 1000), 2);
    EXPECT_EQ(seen.of("numbers", 1000), "{ 1, 2 }");
    EXPECT_EQ(seen.of("third", 1000), "{}");
    EXPECT_EQ(seen.of("third", 2000) + seen.of("third", 3000), "{ 9 }{}");
  });
}

/// What writers have kept: an epoch of a partition once, as a table with a key would.
struct Table {
  std::mutex mutex;
  std::map<std::pair<std::int64_t, int>, Ints> rows;
  int refused = 0;
};

struct TableWriter {
  std::shared_ptr<Table> table;
  Ints rows = {};
  std::pair<std::int64_t, int> key = {};

  bool open(int partition, std::int64_t epoch) {
    key = {epoch, partition};
    std::lock_guard lock(table->mutex);
    const bool isThere = table->rows.contains(key);
    if (isThere) ++table->refused;
    return !isThere;
  }
  void process(int x) { rows.push_back(x); }
  void close(std::exception_ptr failure) {
    std::lock_guard lock(table->mutex);
    if (!failure) table->rows.emplace(key, rows);
  }
};

TEST_F(SourcesAgainTest, GiveWritersTheSameEpochsAgain) {
  inBothModes([&](const StreamOptions& options) {
    beginAnew();
    const auto table = std::make_shared<Table>();
    const Lives::Program program = [&](StreamTest& running) {
      const auto numbers = running.context().inputStream(source);
      numbers.foreach (TableWriter{table});
      seen.watch("numbers", numbers);
      count(numbers);
    };
    lives.die(options, 5000, program, batches({{{1}, {2}}, {{3}, {}}, {{4}, {5}}}));
    EXPECT_EQ(table->refused, 0);
    lives.die(options, 8500, program, goOn(1));
    EXPECT_GE(table->refused, 6);
    using Rows = std::map<std::pair<std::int64_t, int>, Ints>;
    Rows rows = table->rows;
    std::erase_if(rows, [](const auto& row) { return row.first.first > 2; });
    EXPECT_EQ(
        rows,
        (Rows{{{0, 0}, {1}}, {{0, 1}, {2}}, {{1, 0}, {3}}, {{1, 1}, {}}, {{2, 0}, {4}}, {{2, 1}, {5}}}));
  });
}

TEST_F(SourcesAgainTest, ReplaceWhatTheDeadRunHasSaved) {
  inBothModes([&](StreamOptions options) {
    beginAnew();
    const ScratchDirectory scratch;
    lives = Lives(std::make_shared<LocalFileSystem>(), scratch / "checkpoint");
    const Lives::Program program = [&](StreamTest& running) {
      const auto numbers = running.context().inputStream(source);
      numbers.saveAsTextFiles(scratch / "out");
      count(numbers);
    };
    lives.die(options, 0, program, batches({{{1}, {2}}}));
    EXPECT_EQ(scratch.read("out-1000/part-00000"), "1\n");
    LocalFileSystem files;
    files.remove(scratch / "out-1000/_SUCCESS");
    files.openForWriting(scratch / "out-1000/part-00000")->write("torn");
    files.openForWriting(scratch / "out-1000/part-00009")->write("of an attempt");
    options.shape.threads = 1;
    lives.die(options, 1500, program, goOn(1));
    EXPECT_EQ(scratch.list("out-1000"), (std::vector<std::string>{"_SUCCESS", "part-00000", "part-00001"}));
    EXPECT_EQ(scratch.read("out-1000/part-00000"), "1\n");
    EXPECT_EQ(scratch.read("out-1000/part-00001"), "2\n");
  });
}

}  // namespace
}  // namespace millrace::core
