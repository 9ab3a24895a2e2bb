#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/faulty_file_system.hpp>
#include <support/scratch_directory.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using core::IfExists;
using test::failureOf;
using Names = std::vector<std::string>;

struct Point {
  int x;
  int y;
};
std::ostream& operator<<(std::ostream& out, const Point& point) {
  if (point.x < 0) out.setstate(std::ios::failbit);
  return out << point.x << '|' << point.y << std::endl;
}

class SaveAsTextFileTest : public testing::Test {
 protected:
  template <class T>
  RDD<T> rddOf(std::vector<T> records, int slices,
               std::unique_ptr<core::JobRunner> runner = core::inlineJobRunner()) {
    engine = std::make_shared<core::Engine>(std::move(runner), 2, files);
    return RDD<T>(core::parallelNode(engine, std::move(records), slices));
  }
  template <class T>
  void save(const RDD<T>& rdd, IfExists ifExists) {
    core::saveAsText<T>(*rdd.node(), out, ifExists);
  }
  bool exists(std::string_view name) { return local.exists(scratch / name); }

  test::ScratchDirectory scratch;
  LocalFileSystem local;
  std::shared_ptr<test::FaultyFileSystem> files = std::make_shared<test::FaultyFileSystem>(local);
  core::EnginePtr engine;
  const std::string out = scratch / "deep/out";
};

TEST_F(SaveAsTextFileTest, WritesAFilePerPartition) {
  rddOf<std::pair<std::string, int>>({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}}, 3)
      .saveAsTextFile(out);
  EXPECT_EQ(scratch.list("deep"), Names{"out"});
  EXPECT_EQ(scratch.list("deep/out"), (Names{"_SUCCESS", "part-00000", "part-00001", "part-00002"}));
  EXPECT_EQ(scratch.read("deep/out/part-00000"), "(a,1)\n");
  EXPECT_EQ(scratch.read("deep/out/part-00001"), "(b,2)\n(c,3)\n");
  EXPECT_EQ(scratch.read("deep/out/part-00002"), "(d,4)\n(e,5)\n");
  EXPECT_EQ(scratch.read("deep/out/_SUCCESS"), "");
}

TEST_F(SaveAsTextFileTest, EmptyPartitionsMakeEmptyFiles) {
  rddOf<int>({7}, 2).saveAsTextFile(out + "/");
  EXPECT_EQ(scratch.read("deep/out/part-00000") + "," + scratch.read("deep/out/part-00001"), ",7\n");
  const RDD<int> none(core::blockNode(engine, core::rddOperator("emptyRDD"), {}));
  none.saveAsTextFile(scratch / "none");
  EXPECT_EQ(scratch.list("none"), Names{"_SUCCESS"});
}

TEST_F(SaveAsTextFileTest, ShowsRecordsAsPrintDoes) {
  const auto lineOf = [&]<class T>(T record) {
    save(rddOf<T>({std::move(record)}, 1), IfExists::kReplace);
    return scratch.read("deep/out/part-00000");
  };
  EXPECT_EQ(lineOf(1.0), "1.0\n");
  EXPECT_EQ(lineOf(std::string("text ä\tas it is")), "text ä\tas it is\n");
  EXPECT_EQ(lineOf(std::vector<int>{1, 2}), "CompactBuffer(1, 2)\n");
  EXPECT_EQ(lineOf(std::optional<std::int64_t>()), "None\n");
  EXPECT_EQ(lineOf(Point{1, 2}), "1|2\n\n") << "flushing changes nothing";
}

TEST_F(SaveAsTextFileTest, LargePartitionsAreWrittenInPieces) {
  std::vector<std::string> records;
  std::string expected;
  for (int i = 0; i < 20'000; ++i)
    records.push_back(std::to_string(i) + std::string(i % 100 == 0 ? 1000 : 5, 'x'));
  records[7] = std::string(300'000, 'y');
  for (const std::string& record : records) expected += record + "\n";
  const auto rdd = rddOf(records, 1);
  const int before = files->calls();
  rdd.map([](const std::string& record) -> std::string_view { return record; }).saveAsTextFile(out);
  EXPECT_TRUE(scratch.read("deep/out/part-00000") == expected);
  EXPECT_LT(files->calls() - before, static_cast<int>(expected.size() / 65'000) + 12);
}

TEST_F(SaveAsTextFileTest, PartitionsAreWrittenAtTheSameTime) {
  std::vector<int> records(5'000);
  std::string expected;
  for (std::size_t i = 0; i < records.size(); ++i)
    expected += std::to_string(records[i] = static_cast<int>(i)) + "\n";
  rddOf(records, 20, core::poolJobRunner(4)).saveAsTextFile(out);
  std::string written;
  for (const std::string& name : scratch.list("deep/out")) written += scratch.read("deep/out/" + name);
  EXPECT_EQ(written, expected);
}

TEST_F(SaveAsTextFileTest, NobodySeesOutputInTheMaking) {
  const auto rdd = rddOf<int>({1, 2, 3}, 3);
  const auto look = [&](int record) {
    EXPECT_FALSE(exists("deep/out"));
    EXPECT_TRUE(scratch.list("deep").at(0).starts_with(".out.")) << "hidden from textFile";
    return record;
  };
  rdd.map(look).saveAsTextFile(out);
  EXPECT_TRUE(exists("deep/out/_SUCCESS"));
}

TEST_F(SaveAsTextFileTest, RefusesWhatExists) {
  scratch.write("deep/out/mine", "");
  const auto rdd = rddOf<int>({1}, 1);
  for (const std::string& path : {out, out + "/", out + "/mine"}) {
    const std::string name = path.ends_with('/') ? out : path;
    EXPECT_EQ(failureOf<IllegalArgument>([&] { rdd.saveAsTextFile(path); }),
              "Output directory " + name + " already exists: remove it or give another name");
  }
  EXPECT_EQ(scratch.list("deep/out"), Names{"mine"});
  EXPECT_THROW(rdd.saveAsTextFile(""), IllegalArgument);
  EXPECT_THROW(rdd.saveAsTextFile("/"), IllegalArgument);
}

TEST_F(SaveAsTextFileTest, ReplacesWhatExists) {
  save(rddOf<int>({1, 2, 3}, 3), IfExists::kReplace);
  save(rddOf<int>({4}, 1), IfExists::kReplace);
  EXPECT_EQ(scratch.list("deep/out"), (Names{"_SUCCESS", "part-00000"}));
  EXPECT_EQ(scratch.read("deep/out/part-00000"), "4\n");
  local.remove(out);
  scratch.write("deep/out", "a file");
  save(rddOf<int>({5}, 1), IfExists::kReplace);
  EXPECT_EQ(scratch.read("deep/out/part-00000"), "5\n");
}

TEST_F(SaveAsTextFileTest, WhateverFailsLeavesNothing) {
  const auto rdd = rddOf<int>({1, 2, 3}, 3);
  rdd.saveAsTextFile(out);
  const int calls = files->calls();
  int syncs = 0;
  for (int n = 1; n <= calls; ++n) {
    local.remove(out);
    files->failCall(n);
    const std::string failure = failureOf<SparkException>([&] { rdd.saveAsTextFile(out); });
    EXPECT_NE(failure.find(scratch / "deep"), std::string::npos) << failure;
    EXPECT_NE(failure.find(": Input/output error"), std::string::npos) << "call " << n << ": " << failure;
    EXPECT_EQ(scratch.list("deep"), Names{}) << "call " << n;
    syncs += failure.find("cannot sync ") != std::string::npos;
  }
  EXPECT_EQ(syncs, 3) << "each part is on the disk before it is seen";
}

TEST_F(SaveAsTextFileTest, AFailedReplacementMixesNothing) {
  const auto before = rddOf<int>({1, 2, 3}, 3);
  const auto after = rddOf<int>({4, 5}, 2);
  save(after, IfExists::kReplace);
  const int calls = files->calls();
  int kept = 0;
  for (int n = 1; n <= calls; ++n) {
    save(before, IfExists::kReplace);
    files->failCall(n);
    EXPECT_THROW(save(after, IfExists::kReplace), SparkException) << "call " << n;
    if (!exists("deep/out/_SUCCESS")) continue;
    ++kept;
    EXPECT_EQ(scratch.list("deep"), Names{"out"});
    EXPECT_EQ(scratch.list("deep/out"), (Names{"_SUCCESS", "part-00000", "part-00001", "part-00002"}));
    EXPECT_EQ(scratch.read("deep/out/part-00000"), "1\n");
  }
  EXPECT_EQ(kept, calls - 2) << "all but the last two steps leave the old output whole";
}

TEST_F(SaveAsTextFileTest, AFullDiskIsNamed) {
  const auto rdd = rddOf<std::string>({"short", std::string(100'000, 'x')}, 2);
  for (std::int64_t room : {0, 6, 65'000, 100'000}) {
    files->fullAfter(room);
    const std::string failure = failureOf<TaskFailure>([&] { rdd.saveAsTextFile(out); });
    const std::string part = room < 6 ? "0" : "1";
    EXPECT_TRUE(failure.starts_with("saveAsTextFile \"" + out + "\" failed in partition " + part + ": "))
        << failure;
    EXPECT_TRUE(failure.ends_with("/part-0000" + part + ": No space left on device")) << failure;
    EXPECT_EQ(scratch.list("deep"), Names{});
  }
  files->fullAfter(100'007);
  rdd.saveAsTextFile(out);
  EXPECT_TRUE(exists("deep/out/_SUCCESS"));
}

TEST_F(SaveAsTextFileTest, AFailedTaskLeavesNothing) {
  const auto fail = [](int record) -> int {
    if (record == 3) throw std::runtime_error("three");
    return record;
  };
  const auto rdd = rddOf<int>({1, 2, 3}, 3);
  EXPECT_EQ(failureOf<TaskFailure>([&] { rdd.map(fail).saveAsTextFile(out); }),
            "map failed in partition 2: three");
  EXPECT_EQ(scratch.list("deep"), Names{});
  const auto points = rddOf<Point>({{1, 1}, {-1, 1}}, 2);
  EXPECT_TRUE(failureOf<TaskFailure>([&] {
                points.saveAsTextFile(out);
              }).starts_with("saveAsTextFile \"" + out + "\" failed in partition 1: "))
      << "an operator<< that fails must not cut lines off";
  EXPECT_EQ(scratch.list("deep"), Names{});
}

TEST_F(SaveAsTextFileTest, AfterStopItRefusesAndLeavesWhatIsThere) {
  const auto rdd = rddOf<int>({1}, 1);
  rdd.saveAsTextFile(out);
  engine->stop();
  EXPECT_THROW(save(rdd, IfExists::kReplace), IllegalState);
  EXPECT_EQ(scratch.list("deep"), Names{"out"});
  EXPECT_EQ(scratch.list("deep/out"), (Names{"_SUCCESS", "part-00000"}));
}

}  // namespace
}  // namespace millrace
