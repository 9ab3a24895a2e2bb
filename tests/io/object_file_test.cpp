#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/object_file.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/faulty_file_system.hpp>
#include <support/scratch_directory.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;

struct Visit {
  std::string user;
  std::map<std::string, int> pages;
  std::optional<double> score;
  bool operator==(const Visit&) const = default;
};

class ObjectFileTest : public testing::Test {
 protected:
  template <class T>
  RDD<T> rddOf(std::vector<T> records, int slices) {
    return RDD<T>(parallelNode(engine, std::move(records), slices));
  }
  template <class T>
  RDD<T> objectFile(const std::string& paths, int minPartitions = 1) {
    return RDD<T>(objectFileNode<T>(engine, paths, minPartitions));
  }

  test::ScratchDirectory scratch;
  LocalFileSystem local;
  std::shared_ptr<test::FaultyFileSystem> files = std::make_shared<test::FaultyFileSystem>(local);
  EnginePtr engine = std::make_shared<Engine>(poolJobRunner(2), 2, files);
  const std::string out = scratch / "out";
};

TEST_F(ObjectFileTest, GivesBackWhatWasSaved) {
  const std::vector<Visit> visits{
      {"ann", {{"/", 3}}, 0.5}, {"bob", {}, {}}, {"", {{"/a", 1}, {"/b", 2}}, -1.0}};
  rddOf(visits, 2).saveAsObjectFile(out);
  EXPECT_EQ(scratch.list("out"), (std::vector<std::string>{"_SUCCESS", "part-00000", "part-00001"}));
  EXPECT_EQ(objectFile<Visit>(out).collect(), visits);
  EXPECT_EQ(objectFile<Visit>(out).getNumPartitions(), 2);
  EXPECT_EQ(objectFile<Visit>(out + "/part-00001").collect(), (std::vector<Visit>{visits[1], visits[2]}));
}

TEST_F(ObjectFileTest, TextIsOwned) {
  rddOf<std::string>({"one", "two"}, 1)
      .map([](const std::string& text) -> std::string_view { return text; })
      .saveAsObjectFile(out);
  EXPECT_EQ(objectFile<std::string>(out).collect(), (std::vector<std::string>{"one", "two"}));
}

TEST_F(ObjectFileTest, OfBools) {
  const std::vector<bool> flags{true, false, false, true, true};
  rddOf<int>({1, 0, 0, 1, 1}, 2).map([](int x) { return x == 1; }).saveAsObjectFile(out);
  EXPECT_EQ(objectFile<bool>(out).collect(), flags);
  using Row = std::pair<std::string, std::vector<bool>>;
  const std::vector<Row> rows{{"a", flags}, {"none", {}}};
  rddOf(rows, 1).saveAsObjectFile(scratch / "rows");
  EXPECT_EQ(objectFile<Row>(scratch / "rows").collect(), rows);
}

TEST_F(ObjectFileTest, EmptyPartitionsMakeFilesWithoutRecords) {
  rddOf<int>({}, 3).saveAsObjectFile(out);
  EXPECT_EQ(objectFile<int>(out).getNumPartitions(), 3);
  EXPECT_TRUE(objectFile<int>(out).collect().empty());
}

TEST_F(ObjectFileTest, LargeFilesAreReadInPieces) {
  std::vector<std::pair<std::string, int>> records;
  for (int i = 0; i < 120'000; ++i) records.emplace_back("record number " + std::to_string(i), i);
  rddOf(records, 1).saveAsObjectFile(out);
  EXPECT_EQ((objectFile<std::pair<std::string, int>>(out).getNumPartitions()), 1);
  const auto pieces = objectFile<std::pair<std::string, int>>(out, 4);
  EXPECT_GE(pieces.getNumPartitions(), 4);
  EXPECT_TRUE(pieces.collect() == records);
}

TEST_F(ObjectFileTest, RefusesWhatExists) {
  scratch.write("out/mine", "");
  EXPECT_EQ(failureOf<IllegalArgument>([&] { rddOf<int>({1}, 1).saveAsObjectFile(out); }),
            "Output directory " + out + " already exists: remove it or give another name");
  EXPECT_EQ(scratch.list("out"), std::vector<std::string>{"mine"});
  EXPECT_THROW(objectFile<int>(scratch / "none"), SparkException);
}

TEST_F(ObjectFileTest, WhatFailsLeavesNothingThatLooksComplete) {
  // One partition after the other: the disk's room is one, and whoever comes late finds none.
  engine = std::make_shared<Engine>(inlineJobRunner(), 2, files);
  const auto rdd = rddOf<std::string>({"short", std::string(100'000, 'x')}, 2);
  files->fullAfter(50'000);
  const std::string failure = failureOf<TaskFailure>([&] { rdd.saveAsObjectFile(out); });
  EXPECT_TRUE(failure.starts_with("saveAsObjectFile \"" + out + "\" failed in partition 1: ")) << failure;
  EXPECT_TRUE(failure.ends_with("/part-00001: No space left on device")) << failure;
  EXPECT_TRUE(scratch.list().empty());
  files->fullAfter(1'000'000);
  EXPECT_THROW(rdd.map([](const std::string&) -> std::string { throw 1; }).saveAsObjectFile(out),
               TaskFailure);
  EXPECT_TRUE(scratch.list().empty());
}

TEST_F(ObjectFileTest, DamageIsNamed) {
  rddOf<std::string>({"one", "two"}, 1).saveAsObjectFile(out);
  const std::string part = "out/part-00000";
  const std::string whole = scratch.read(part);
  const auto failure = [&](const std::string& content) {
    scratch.write(part, content);
    return failureOf<TaskFailure>([&] { objectFile<std::string>(out).collect(); });
  };
  const std::string start =
      "objectFile \"" + out + "\" failed in partition 0: " + scratch / part + " at byte ";
  EXPECT_EQ(
      failure(whole.substr(0, whole.size() - 1)),
      start + std::to_string(whole.size() - 12) + ": it is cut short inside of a block; restore the file");
  std::string damaged = whole;
  damaged[whole.size() - 14] ^= 1;
  EXPECT_EQ(failure(damaged), start + "21: a block is damaged; restore the file");
  scratch.write(part, whole);
  EXPECT_THROW(objectFile<int>(out).collect(), TaskFailure);
  EXPECT_EQ(objectFile<std::string>(out).count(), 2);
}

}  // namespace
}  // namespace millrace::core
