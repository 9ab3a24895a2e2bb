#include <millrace/io/glob.hpp>

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

namespace millrace::core {
namespace {

using Globs = std::vector<std::string>;

TEST(Glob, ExpandsBraces) {
  EXPECT_EQ(expandBraces("a*"), Globs{"a*"});
  EXPECT_EQ(expandBraces("x{a,b}y"), (Globs{"xay", "xby"}));
  EXPECT_EQ(expandBraces("{a,b}{c,d}"), (Globs{"ac", "ad", "bc", "bd"}));
  EXPECT_EQ(expandBraces("{a,{b,c}d,e}/f"), (Globs{"a/f", "bd/f", "cd/f", "e/f"}));
  EXPECT_EQ(expandBraces("{a/b,c}"), (Globs{"a/b", "c"}));
  EXPECT_EQ(expandBraces("a{,b,}"), (Globs{"a", "ab", "a"}));
  EXPECT_EQ(expandBraces("{a}{}"), Globs{"a"});
}

TEST(Glob, KeepsBracesThatMeanThemselves) {
  for (const char* glob : {"\\{a,b\\}", "{a,b", "a,b}", "[{]a,b[}]", "[^{]", "[]{,}]", "{a\\}"})
    EXPECT_EQ(expandBraces(glob), Globs{glob});
  EXPECT_EQ(expandBraces("{{a,b}"), (Globs{"{a", "{b"}));
  EXPECT_EQ(expandBraces("{a,b}}"), (Globs{"a}", "b}"}));
  EXPECT_EQ(expandBraces("{a\\,b,c}"), (Globs{"a\\,b", "c"}));
  EXPECT_EQ(expandBraces("[{a,b}"), (Globs{"[a", "[b"})) << "no set without its end";
}

TEST(Glob, RefusesBracesThatStandForMillions) {
  std::string many;
  for (int i = 0; i < 30; ++i) many += "{a,b}";
  EXPECT_THROW(expandBraces(many), IllegalArgument);
}

TEST(Glob, SplitsListsOutsideOfBraces) {
  EXPECT_EQ(splitAtCommas("a,b"), (Globs{"a", "b"}));
  EXPECT_EQ(splitAtCommas(""), Globs{""});
  EXPECT_EQ(splitAtCommas(",a,"), (Globs{"", "a", ""}));
  EXPECT_EQ(splitAtCommas("{a,{b,c},d},e"), (Globs{"{a,{b,c},d}", "e"}));
  EXPECT_EQ(splitAtCommas("a\\,b,c\\"), (Globs{"a\\,b", "c\\"}));
  EXPECT_EQ(splitAtCommas("a},b"), (Globs{"a}", "b"}));
}

}  // namespace
}  // namespace millrace::core
