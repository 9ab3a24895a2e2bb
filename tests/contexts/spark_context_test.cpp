#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/captured_log.hpp>
#include <support/engines.hpp>
#include <support/scratch_directory.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <list>
#include <ranges>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

/// A kind of accumulator.
struct Longest {
  std::string text;
  void add(const std::string& more) { text = more.size() > text.size() ? more : text; }
  void merge(const Longest& other) { add(other.text); }
  std::string value() const { return text; }
};

class SparkContextTest : public testing::Test {
 protected:
  SparkContext sc{SparkConf(), test::makeEngine({.partitions = 3, .threads = 2})};
  test::ScratchDirectory scratch;
};

TEST_F(SparkContextTest, ParallelizesAnyRange) {
  using Partitions = std::vector<std::vector<int>>;
  EXPECT_EQ(test::partitionsOf(sc.parallelize(std::list{1, 2, 3, 4}, 2)), (Partitions{{1, 2}, {3, 4}}));
  EXPECT_EQ(test::partitionsOf(sc.makeRDD(std::views::iota(0, 4))), (Partitions{{0}, {1}, {2, 3}}));
  EXPECT_EQ(
      sc.parallelize(std::views::iota(0) | std::views::take_while([](int i) { return i < 3; })).collect(),
      (std::vector{0, 1, 2}));
  std::istringstream input("4 5 6");
  EXPECT_EQ(sc.makeRDD(std::views::istream<int>(input), 2).collect(), (std::vector{4, 5, 6}));
  EXPECT_EQ(sc.parallelize(std::views::iota(std::int64_t{0}, std::int64_t{1} << 60), 4).take(1).front(), 0);
  EXPECT_THROW(sc.parallelize(std::vector{1}, 0), IllegalArgument);
  EXPECT_THROW(sc.parallelize(std::views::iota(0, 4), -1), IllegalArgument);
}

TEST_F(SparkContextTest, ParallelizeKeepsNothingOfACaller) {
  RDD<std::string> words;
  RDD<int> numbers;
  {
    std::vector<std::string> texts{"one", "a text beyond the inline size"};
    words = sc.parallelize(std::vector<std::string_view>(texts.begin(), texts.end()), 1);
    numbers = sc.parallelize(std::views::iota(0, 2) | std::views::transform([&](int i) {
                               return static_cast<int>(texts[static_cast<std::size_t>(i)].size());
                             }));
    texts.assign(2, "gone");
  }
  EXPECT_EQ(words.collect(), (std::vector<std::string>{"one", "a text beyond the inline size"}));
  EXPECT_EQ(numbers.collect(), (std::vector{3, 29}));
}

TEST_F(SparkContextTest, RangesAndNothing) {
  EXPECT_EQ(sc.range(1, 8, 3).collect(), (std::vector<std::int64_t>{1, 4, 7}));
  EXPECT_EQ(sc.range(0, 2).getNumPartitions(), 3) << "the default parallelism";
  EXPECT_EQ(sc.range(0, 10, 1, 5).getNumPartitions(), 5);
  EXPECT_EQ(sc.emptyRDD<int>().getNumPartitions(), 0);
  EXPECT_TRUE(sc.emptyRDD<int>().collect().empty());
}

TEST_F(SparkContextTest, UnitesMany) {
  auto a = sc.parallelize(std::vector{1, 2}, 2);
  auto b = sc.parallelize(std::vector{2, 3}, 1);
  EXPECT_EQ(test::partitionsOf(sc.union_(a, b, a)),
            (std::vector<std::vector<int>>{{1}, {2}, {2, 3}, {1}, {2}}));
  EXPECT_EQ(sc.union_(std::vector{sc.emptyRDD<int>(), b, sc.emptyRDD<int>()}).collect(), (std::vector{2, 3}));
  EXPECT_EQ(sc.union_(std::vector<RDD<int>>()).getNumPartitions(), 0);
  const auto sums =
      a.map([](int i) { return std::pair(i, 1); }).reduceByKey([](int x, int y) { return x + y; }, 3);
  const auto all = sc.union_(sums, sc.emptyRDD<std::pair<int, int>>(), sums, sums);
  EXPECT_EQ(all.getNumPartitions(), 3);
  EXPECT_EQ(all.partitioner(), sums.partitioner());
  EXPECT_EQ(all.countByKey().at(2), 3);
}

TEST_F(SparkContextTest, SharesWithItsTasks) {
  const auto names = sc.broadcast(std::vector<std::string>{"zero", "one"});
  const auto seen = sc.longAccumulator("seen");
  const auto lengths = sc.doubleAccumulator();
  const auto words = sc.collectionAccumulator<std::string>("words");
  const auto longest = sc.register_(Longest(), "longest");
  sc.makeRDD(std::vector{1, 0, 1}, 1).foreach ([=](int i) {
    const std::string& name = names.value()[static_cast<std::size_t>(i)];
    seen.add(1);
    lengths.add(static_cast<double>(name.size()));
    words.add(name);
    longest.add(name);
  });
  EXPECT_EQ(seen.value(), 3);
  EXPECT_EQ(seen.name(), "seen");
  EXPECT_EQ(lengths.sum(), 10);
  EXPECT_EQ(words.value(), (std::vector<std::string>{"one", "zero", "one"}));
  EXPECT_EQ(longest.value(), "zero");
}

TEST_F(SparkContextTest, ReadsWhatItSaved) {
  using Records = std::vector<std::pair<std::string, int>>;
  const Records records{{"a", 1}, {"b", 2}, {"c", 3}};
  sc.makeRDD(records).saveAsObjectFile(scratch / "out");
  EXPECT_EQ((sc.objectFile<std::pair<std::string, int>>(scratch / "out").collect()), records);
  EXPECT_EQ((sc.objectFile<std::pair<std::string, int>>(scratch / "out", 1).collect()), records);
  EXPECT_THROW(sc.objectFile<int>(scratch / "out").collect(), SparkException);
  EXPECT_THROW(sc.makeRDD(records).saveAsObjectFile(scratch / "out"), IllegalArgument);
}

TEST_F(SparkContextTest, ReadsFiles) {
  using Texts = std::vector<std::string>;
  const std::string a = scratch.write("a", "one\ntwo\n");
  EXPECT_EQ(sc.textFile(a).collect(), (Texts{"one", "two"}));
  EXPECT_EQ(sc.textFile(a).getNumPartitions(), 2) << "min(2, default parallelism)";
  EXPECT_EQ(sc.wholeTextFiles(scratch.path()).collect(),
            (std::vector<std::pair<std::string, std::string>>{{a, "one\ntwo\n"}}));
  EXPECT_EQ(sc.binaryFiles(a).map([](const auto& file) { return file.second.toArray(); }).collect(),
            Texts{"one\ntwo\n"});
  EXPECT_EQ(sc.binaryRecords(a, 4).collect(), (Texts{"one\n", "two\n"}));
  EXPECT_THROW(sc.textFile(scratch / "none"), SparkException);
  EXPECT_THROW(sc.binaryRecords(a, 0), IllegalArgument);
}

TEST_F(SparkContextTest, SaysWhoItIs) {
  SparkConf conf;
  conf.setMaster("local[3]").setAppName("name");
  const SparkContext first(conf), second(conf);
  EXPECT_EQ(first.master(), "local[3]");
  EXPECT_EQ(first.appName(), "name");
  EXPECT_TRUE(first.applicationId().starts_with("local-")) << first.applicationId();
  EXPECT_EQ(first.applicationId(), SparkContext(first).applicationId());
  EXPECT_NE(first.applicationId(), second.applicationId());
  EXPECT_EQ(SparkContext(SparkConf()).master(), "local[*]") << "the default";
}

TEST_F(SparkContextTest, IsTheContextOfItsRdds) {
  RDD<int> rdd;
  std::string id;
  {
    SparkConf conf;
    const SparkContext made(conf.setMaster("local[2]").setAppName("of RDDs"));
    id = made.applicationId();
    rdd = made.parallelize(std::vector{1, 2}).map([](int n) { return n; });
  }
  const SparkContext found = rdd.sparkContext();
  EXPECT_EQ(found.applicationId(), id);
  EXPECT_EQ(found.appName(), "of RDDs");
  EXPECT_EQ(found.parallelize(std::vector{3}).union_(rdd).collect(), (std::vector{3, 1, 2}));
  found.stop();
  EXPECT_TRUE(rdd.sparkContext().isStopped());
  EXPECT_THROW(test::rddOf<int>({}, {1}).sparkContext(), IllegalState) << "an engine made by hand";
}

TEST_F(SparkContextTest, UnpersistsBlockingOrNot) {
  auto rdd = sc.parallelize(std::vector{1, 2}).cache();
  EXPECT_EQ(rdd.count(), 2);
  EXPECT_EQ(rdd.unpersist(true).getStorageLevel(), StorageLevel::NONE);
  EXPECT_EQ(rdd.cache().unpersist(false).count(), 2);
  const auto shared = sc.broadcast(7);
  shared.unpersist(true);
  EXPECT_EQ(*shared, 7);
  shared.destroy(true);
  EXPECT_THROW(shared.value(), SparkException);
}

/// What is logged of one line of each weight.
std::vector<std::string> loggedLines() {
  const test::CapturedLog log;
  logDebug("debug");
  logInfo("info");
  logWarning("warning");
  logError("error");
  return log.lines();
}

TEST_F(SparkContextTest, SetsWhatIsLogged) {
  using Shown = std::vector<std::string>;
  const std::vector<std::pair<std::string, Shown>> rows{{"ALL", {"debug", "info", "warning", "error"}},
                                                        {"TRACE", {"debug", "info", "warning", "error"}},
                                                        {"debug", {"debug", "info", "warning", "error"}},
                                                        {"Info", {"info", "warning", "error"}},
                                                        {"WARN", {"warning", "error"}},
                                                        {"ERROR", {"error"}},
                                                        {"FATAL", {}},
                                                        {"OFF", {}}};
  for (const auto& [level, lines] : rows) {
    sc.setLogLevel(level);
    EXPECT_EQ(loggedLines(), lines) << level;
  }
  const SparkContext other(SparkConf().setMaster("local").set("spark.log.level", "warn"));
  EXPECT_EQ(loggedLines(), (Shown{"warning", "error"})) << "as the setting says";
  const SparkContext third(SparkConf().setMaster("local"));
  EXPECT_EQ(loggedLines(), (Shown{"warning", "error"})) << "which lasts";
  sc.setLogLevel("INFO");
  for (const char* wrong : {"", "WARNING", "info ", "verbose"})
    EXPECT_THROW(sc.setLogLevel(wrong), IllegalArgument) << wrong;
  EXPECT_THROW(SparkConf().set("spark.log.level", "loud"), IllegalArgument);
}

}  // namespace
}  // namespace millrace
