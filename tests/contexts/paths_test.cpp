#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>

#include "support/failures.hpp"
#include "support/scratch_directory.hpp"
#include "support/set_modified.hpp"
#include "support/streams.hpp"

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

/// Everything that takes a path from a program.
std::vector<std::pair<std::string, std::function<void(const std::string& path)>>> users(StreamTest& running) {
  const SparkContext sc = running.context().sparkContext();
  StreamingContext& ssc = running.context();
  const auto numbers = running.source<int>({{{1}}});
  return {
      {"textFile", [sc](const auto& path) { sc.textFile(path); }},
      {"wholeTextFiles", [sc](const auto& path) { sc.wholeTextFiles(path); }},
      {"binaryFiles", [sc](const auto& path) { sc.binaryFiles(path); }},
      {"binaryRecords", [sc](const auto& path) { sc.binaryRecords(path, 1); }},
      {"objectFile", [sc](const auto& path) { sc.objectFile<int>(path); }},
      {"saveAsTextFile", [sc](const auto& path) { sc.parallelize(Texts{"a"}, 1).saveAsTextFile(path); }},
      {"saveAsObjectFile", [sc](const auto& path) { sc.parallelize(Texts{"a"}, 1).saveAsObjectFile(path); }},
      {"saveAsTextFiles", [numbers](const auto& path) { numbers.saveAsTextFiles(path); }},
      {"saveAsObjectFiles", [numbers](const auto& path) { numbers.saveAsObjectFiles(path); }},
      {"textFileStream", [&ssc](const auto& path) { ssc.textFileStream(path); }},
      {"binaryRecordsStream", [&ssc](const auto& path) { ssc.binaryRecordsStream(path, 1); }},
      {"fileStream",
       [&ssc](const auto& path) {
         ssc.fileStream(path,
                        [](const SparkContext& of, const std::string& file) { return of.textFile(file); });
       }},
      {"checkpoint", [&ssc](const auto& path) { ssc.checkpoint(path); }},
      {"checkpoint.directory",
       [](const auto& path) {
         StreamingContext(SparkConf().setMaster("local").set("spark.streaming.checkpoint.directory", path),
                          Seconds(1));
       }},
      {"properties file",
       [](std::string path) {
         std::string program = "program", option = "--properties-file";
         char* words[] = {program.data(), option.data(), path.data(), nullptr};
         int count = 3;
         const CommandLine read = SparkConf::tryFromCommandLine(count, words);
         if (read.exitCode != 0) throw Unsupported(read.message);
       }},
  };
}

TEST(Paths, OfAnUnknownSchemeAreRefusedWhereTheyAreGiven) {
  for (StreamingMode mode : kModes) {
    StreamTest running({.mode = mode});
    for (const auto& [name, use] : users(running)) {
      for (const std::string scheme : {"hdfs", "s3a"}) {
        const std::string path = scheme + "://namenode:8020/out";
        const std::string failure = failureOf<Unsupported>([&] { use(path); });
        const std::string reason =
            "cannot use the path " + path + ": Millrace has no file system for the scheme " + scheme;
        EXPECT_NE(failure.find(reason), std::string::npos) << name << ": " << failure;
      }
      EXPECT_THROW(use("file://elsewhere/x"), Unsupported) << name;
    }
  }
}

TEST(Paths, OfTheSchemeFileAreReadAndWrittenWhereTheyPoint) {
  for (const std::string& scheme : Texts{"file:", "file://", "file://localhost", "FILE:"}) {
    const ScratchDirectory scratch;
    const SparkContext sc(SparkConf().setMaster("local"));
    sc.parallelize(Texts{"a", "b"}, 1).saveAsTextFile(scheme + scratch / "text/");
    sc.parallelize(Texts{"c"}, 1).saveAsObjectFile(scheme + scratch / "objects");
    EXPECT_EQ(scratch.list(), (Texts{"objects", "text"}));
    EXPECT_EQ(sc.textFile(scheme + scratch / "text").collect(), (Texts{"a", "b"}));
    EXPECT_EQ(sc.wholeTextFiles(scheme + scratch / "te*").values().collect(), Texts{"a\nb\n"});
    EXPECT_EQ(sc.binaryRecords(scheme + scratch / "text", 4).collect(), Texts{"a\nb\n"});
    EXPECT_EQ(sc.objectFile<std::string>(scheme + scratch / "objects").collect(), Texts{"c"});
    EXPECT_EQ(sc.binaryFiles(scheme + scratch / "{text,objects}").count(), 2);
  }
}

TEST(Paths, OfTheSchemeFileServeStreams) {
  for (StreamingMode mode : kModes) {
    ScratchDirectory scratch;
    StreamTest running({.shape = {.partitions = 1}, .mode = mode});
    running.context().checkpoint("file:" + scratch / "checkpoint");
    scratch.write("in/a", "1\n");
    setModified(scratch / "in/a", 500);
    const auto lines = running.context().textFileStream("file://" + scratch / "i{n,m}");
    lines.saveAsTextFiles("file://" + scratch / "text", "txt");
    lines.saveAsObjectFiles("file:" + scratch / "objects");
    running.run(1);
    EXPECT_EQ(scratch.list(), (Texts{"checkpoint", "in", "objects-1000", "text-1000.txt"}));
    EXPECT_EQ(scratch.read("text-1000.txt/part-00000"), "1\n");
  }
}

}  // namespace
}  // namespace millrace
