#include <millrace/base/error.hpp>
#include <millrace/io/input_files.hpp>

#include <support/scratch_directory.hpp>

#include <gtest/gtest.h>

#include <filesystem>

namespace millrace::core {
namespace {

class InputFilesTest : public testing::Test {
 protected:
  void make(const std::vector<std::string>& names) {
    for (const std::string& name : names) scratch.write(name, "");
  }
  /// What the list of paths in the scratch directory means, as names in it.
  std::vector<std::string> found(const std::vector<std::string>& paths) {
    std::string list;
    for (const std::string& path : paths) list += (list.empty() ? "" : ",") + scratch / path;
    std::vector<std::string> names = inputFiles(files, list);
    for (std::string& name : names) name.erase(0, scratch.path().size() + 1);
    return names;
  }
  template <class Failure>
  std::string failureOf(const std::string& paths) {
    try {
      inputFiles(files, paths);
      return "nothing failed";
    } catch (const Failure& error) {
      return error.what();
    }
  }

  using Names = std::vector<std::string>;
  LocalFileSystem files;
  test::ScratchDirectory scratch;
};

TEST_F(InputFilesTest, TakesFilesInTheOrderOfTheList) {
  make({"a", "b", "_b", "with space %@# ä"});
  EXPECT_EQ(found({"b", "a", "b"}), (Names{"b", "a", "b"}));
  EXPECT_EQ(found({"with space %@# ä"}), Names{"with space %@# ä"});
  EXPECT_EQ(found({"_b"}), Names{"_b"}) << "a file that is named is meant";
}

TEST_F(InputFilesTest, TakesTheVisibleFilesOfADirectory) {
  make({"d/part-00001", "d/part-00000", "d/_SUCCESS", "d/.part-00000.crc", "d/_temporary/part-00002", "x"});
  files.createDirectories(scratch / "empty");
  EXPECT_EQ(found({"d", "x"}), (Names{"d/part-00000", "d/part-00001", "x"}));
  EXPECT_EQ(found({"d/"}), (Names{"d/part-00000", "d/part-00001"}));
  EXPECT_EQ(found({"empty"}), Names{});
}

TEST_F(InputFilesTest, RefusesADirectoryInADirectory) {
  make({"d/a", "d/deep/b"});
  EXPECT_EQ(failureOf<SparkException>(scratch / "d"),
            "Not a file: " + scratch / "d/deep" + ": give " + scratch / "d/*" +
                " to read the files in the directories of " + scratch / "d" + ", too");
  EXPECT_EQ(found({"d/*"}), (Names{"d/a", "d/deep/b"}));
}

TEST_F(InputFilesTest, MatchesGlobsInAnyPart) {
  make(
      {"2024/01/a.txt", "2024/02/b.txt", "2024/02/b.log", "2025/01/c.txt", "2025/_temporary/d.txt", "x.txt"});
  EXPECT_EQ(found({"*/*/*.txt"}), (Names{"2024/01/a.txt", "2024/02/b.txt", "2025/01/c.txt"}));
  EXPECT_EQ(found({"2024/0?"}), (Names{"2024/01/a.txt", "2024/02/b.log", "2024/02/b.txt"}));
  EXPECT_EQ(found({"202[5-9]/01/?.txt", "x*"}), (Names{"2025/01/c.txt", "x.txt"}));
  EXPECT_EQ(found({"20*/02/b.txt"}), Names{"2024/02/b.txt"}) << "where that exists";
  EXPECT_EQ(found({"2025/_*/*"}), Names{"2025/_temporary/d.txt"});
}

TEST_F(InputFilesTest, KnowsAlternatives) {
  make({"2019/a.txt", "2020/b.txt", "2020/b.log", "2021/c.txt", "2021/_SUCCESS"});
  EXPECT_EQ(found({"{2020,2019}/*.txt"}), (Names{"2019/a.txt", "2020/b.txt"}));
  EXPECT_EQ(found({"20{19,{20,21}}", "2021/c.txt"}),
            (Names{"2019/a.txt", "2020/b.log", "2020/b.txt", "2021/c.txt", "2021/c.txt"}));
  EXPECT_EQ(found({"{2019/a,2020/b}.txt"}), (Names{"2019/a.txt", "2020/b.txt"}));
  EXPECT_EQ(found({"{2019,20*,2022}/a.txt"}), Names{"2019/a.txt"}) << "once, and where it is";
  EXPECT_EQ(found({"{2019/a.txt}"}), Names{"2019/a.txt"});
}

TEST_F(InputFilesTest, HiddenFilesStayHidden) {
  make({"d/_SUCCESS", "d/.crc", "d/a", "d/_b/c"});
  for (const std::string& glob :
       Names{"d/_*", "d/.*", "d/_SUCC?SS", "d/{_SUCCESS,.crc}", "d/[_.]*", "d/\\_*", "d/_*/"})
    EXPECT_THROW(inputFiles(files, scratch / glob), SparkException) << glob;
  EXPECT_EQ(found({"d/{_SUCCESS,a,.crc}"}), Names{"d/a"});
  EXPECT_EQ(found({"d/_*/*"}), Names{"d/_b/c"}) << "a directory on the way that the pattern names";
  EXPECT_EQ(found({"d/_SUCCESS"}), Names{"d/_SUCCESS"}) << "a file that is named is meant";
}

TEST_F(InputFilesTest, EscapedCharactersMeanThemselves) {
  make({"a,b.txt", "x{1,2}.txt", "x1.txt", "s*r", "sir", "c:d", "in/e:f,g:h"});
  EXPECT_EQ(found({"a\\,b.txt", "x1.txt"}), (Names{"a,b.txt", "x1.txt"}));
  EXPECT_EQ(found({"x\\{1\\,2\\}.*"}), Names{"x{1,2}.txt"});
  EXPECT_EQ(found({"s\\*r"}), Names{"s*r"});
  EXPECT_EQ(found({"x{1,2}.txt"}), Names{"x{1,2}.txt"}) << "what exists is no glob";
  EXPECT_EQ(found({"in/e:f,g:h"}), Names{"in/e:f,g:h"}) << "what exists is no list";
}

TEST_F(InputFilesTest, TakesTheSchemeFileInEveryPart) {
  make({"a", "b,c", "d/e"});
  for (const std::string& prefix : Names{"file:", "file://", "file://localhost", "FILE:"}) {
    EXPECT_EQ(inputFiles(files, prefix + scratch / "a" + "," + prefix + scratch / "{d,none}"),
              (Names{scratch / "a", scratch / "d/e"}));
    EXPECT_EQ(inputFiles(files, prefix + scratch / "b,c"), Names{scratch / "b,c"});
  }
}

TEST_F(InputFilesTest, RefusesOtherSchemesInEveryPart) {
  make({"a"});
  EXPECT_THROW(inputFiles(files, "hdfs://namenode/x"), Unsupported);
  EXPECT_THROW(inputFiles(files, scratch / "a" + ",s3a://bucket/x"), Unsupported);
  EXPECT_THROW(inputFiles(files, "hdfs://namenode/x," + scratch / "a"), Unsupported);
}

TEST_F(InputFilesTest, TakesListsLongerThanAPathMayBe) {
  make({"a"});
  EXPECT_EQ(found(Names(2000, "a")), Names(2000, "a"));
}

TEST_F(InputFilesTest, WhatExistsIsNoGlob) {
  make({"a[1].txt", "a1.txt", "b[1]", "b*"});
  EXPECT_EQ(found({"a[1].txt"}), Names{"a[1].txt"});
  EXPECT_EQ(found({"b*"}), Names{"b*"});
  EXPECT_EQ(found({"*\\[1\\]*"}), (Names{"a[1].txt", "b[1]"}));
}

TEST_F(InputFilesTest, TakesRelativePaths) {
  make({"d/a.txt", "b.txt"});
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.path());
  EXPECT_EQ(inputFiles(files, "*.txt,d,d/*"), (Names{"b.txt", "d/a.txt", "d/a.txt"}));
  EXPECT_EQ(inputFiles(files, "file:d"), Names{"d/a.txt"});
  make({"c:e/f"});
  const Names colon = inputFiles(files, "c*/*");
  EXPECT_EQ(colon, Names{"./c:e/f"});
  EXPECT_EQ(inputFiles(files, colon.at(0)), colon) << "what was found can be asked for";
  std::filesystem::current_path(before);
}

TEST_F(InputFilesTest, NamesWhatIsNotThere) {
  make({"a", "_hidden"});
  const std::string cure = ": check the spelling and, if it is relative, the working directory";
  const Names missing{"none", "none/a", "a/b", "none*", "a?", "a/*", "none/*/b", "*/b", "*hidden"};
  for (const std::string& name : missing) {
    EXPECT_EQ(failureOf<SparkException>(scratch / "a" + "," + scratch / name),
              "Input path does not exist: " + scratch / name + cure);
  }
}

TEST_F(InputFilesTest, RefusesEmptyPaths) {
  const std::string a = scratch.write("a", "");
  for (const std::string& paths : Names{"", "," + a, a + ",", a + ",," + a}) {
    EXPECT_EQ(failureOf<IllegalArgument>(paths),
              "an empty input path in \"" + paths + "\": give a file, a directory or a glob");
  }
}

}  // namespace
}  // namespace millrace::core
