#include <millrace/base/secret.hpp>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Redact, HidesWhatItsNameOrItsTextGivesAway) {
  constexpr const char* hidden = "*********(redacted)";
  EXPECT_EQ(redact("spark.ssl.keyPassword", "canary"), hidden);
  EXPECT_EQ(redact("fs.s3a.access.key", "canary"), hidden);
  EXPECT_EQ(redact("some.TOKEN", "canary"), hidden);
  EXPECT_EQ(redact("sasl.jaas.config", "Login required Password=\"canary\";"), hidden);
  EXPECT_EQ(redact("proxy", "http://user:canary@proxy.example"), hidden);
}

TEST(Redact, ShowsTheRest) {
  EXPECT_EQ(redact("spark.master", "local[2]"), "local[2]");
  EXPECT_EQ(redact("home", "http://millrace.example/"), "http://millrace.example/");
  EXPECT_EQ(redact("mail", "a@b.example"), "a@b.example");
}

}  // namespace
}  // namespace millrace
