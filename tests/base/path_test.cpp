#include <millrace/base/path.hpp>

#include <millrace/base/error.hpp>
#include <support/failures.hpp>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Path, WithoutASchemeIsItself) {
  for (const char* path : {"", "/tmp/x", "x", "./a:b", "/a:b", "12:30.txt", "a b/c://d", ":x", "{a,b}:c"}) {
    EXPECT_FALSE(hasScheme(path)) << path;
    EXPECT_EQ(localPath(path), path);
  }
}

TEST(Path, OfTheSchemeFileIsWhatFollows) {
  EXPECT_EQ(localPath("file:/tmp/x"), "/tmp/x");
  EXPECT_EQ(localPath("file:///tmp/x"), "/tmp/x");
  EXPECT_EQ(localPath("file://localhost/tmp/x"), "/tmp/x");
  EXPECT_EQ(localPath("FILE:///tmp/x"), "/tmp/x");
  EXPECT_EQ(localPath("file:x/y"), "x/y");
  EXPECT_EQ(localPath("file:./x"), "./x");
  EXPECT_EQ(localPath("file:///"), "/");
  EXPECT_EQ(localPath("file:///a%20b,{c}*"), "/a%20b,{c}*") << "nothing is decoded";
}

TEST(Path, OfAnotherSchemeIsRefusedByName) {
  const std::string cure =
      "; there are the files of this machine (/path, path or file:/path), mounted file systems among them";
  EXPECT_EQ(
      test::failureOf<Unsupported>([] { localPath("hdfs://namenode:8020/out"); }),
      "cannot use the path hdfs://namenode:8020/out: Millrace has no file system for the scheme hdfs" + cure);
  for (const char* path :
       {"s3a://bucket/x", "hdfs:/x", "hdfs:x", "abfs+x.y-1:/z", "no scheme://x", "files:///x"})
    EXPECT_THROW(localPath(path), Unsupported) << path;
  EXPECT_EQ(test::failureOf<Unsupported>([] { localPath("out:1"); }),
            "cannot use the path out:1: Millrace has no file system for the scheme out (for a file that is "
            "called so, "
            "write ./out:1)" +
                cure);
  EXPECT_EQ(
      test::failureOf<Unsupported>([] { localPath("file://tmp/x"); }),
      "cannot use the path file://tmp/x: tmp would be another machine: a path on this one has three slashes, "
      "file:///path" +
          cure);
}

}  // namespace
}  // namespace millrace
