#include <millrace/dstream/output/save_as_object_files.hpp>

#include "support/scratch_directory.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

TEST(SaveAsObjectFiles, WritesADirectoryPerBatchThatCanBeReadAgain) {
  inBothModes([](const StreamOptions& options) {
    ScratchDirectory scratch;
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    pairs.stream.saveAsObjectFiles(scratch.path() + "/counts", "obj");
    SparkContext sc = running.context().sparkContext();
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}}), closeBatch(2)});
    EXPECT_EQ(scratch.list(), (std::vector<std::string>{"counts-1000.obj", "counts-2000.obj"}));
    EXPECT_EQ(sc.objectFile<Pair>(scratch.path() + "/counts-1000.obj").collect(),
              (std::vector<Pair>{{"a", 1}, {"b", 2}}));
    EXPECT_EQ(sc.objectFile<Pair>(scratch.path() + "/counts-2000.obj").count(), 0);
    running.play({stop()});
  });
}

}  // namespace
}  // namespace millrace
