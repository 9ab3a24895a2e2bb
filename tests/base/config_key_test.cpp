#include <millrace/base/config_key.hpp>

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

namespace millrace {
namespace {

using std::chrono::milliseconds;

template <class T>
std::string refusal(const ConfigKey<T>& key, std::string_view text) {
  try {
    (void)key.parse(text);
    return "accepted";
  } catch (const IllegalArgument& error) {
    return error.what();
  }
}

TEST(ConfigType, LengthsOfTime) {
  using Type = ConfigType<milliseconds>;
  EXPECT_EQ(Type::parse("200ms"), milliseconds(200));
  EXPECT_EQ(Type::parse("200"), milliseconds(200));
  EXPECT_EQ(Type::parse("60s"), milliseconds(60'000));
  EXPECT_EQ(Type::parse("2m"), milliseconds(120'000));
  EXPECT_EQ(Type::parse("2min"), milliseconds(120'000));
  EXPECT_EQ(Type::parse("1h"), milliseconds(3'600'000));
  EXPECT_EQ(Type::parse("1d"), milliseconds(86'400'000));
  EXPECT_EQ(Type::parse("2500us"), milliseconds(2));
  EXPECT_EQ(Type::parse("-1s"), milliseconds(-1000));
  EXPECT_EQ(Type::parse(" 3S "), milliseconds(3000));
  for (const char* wrong :
       {"", "s", "1.5s", "1 s", "1w", "s1", "9223372036854775807d", "9223372036854775808"}) {
    EXPECT_EQ(Type::parse(wrong), std::nullopt) << wrong;
  }
}

TEST(ConfigType, NumbersOfBytes) {
  using Type = ConfigType<ByteSize>;
  EXPECT_EQ(Type::parse("4096"), ByteSize{4096});
  EXPECT_EQ(Type::parse("7b"), ByteSize{7});
  EXPECT_EQ(Type::parse("1k"), ByteSize{1024});
  EXPECT_EQ(Type::parse("1m"), ByteSize{1 << 20});
  EXPECT_EQ(Type::parse("1mb"), ByteSize{1 << 20});
  EXPECT_EQ(Type::parse("2G"), ByteSize{2L << 30});
  EXPECT_EQ(Type::parse("1t"), ByteSize{1L << 40});
  EXPECT_EQ(Type::parse("1p"), ByteSize{1L << 50});
  for (const char* wrong : {"", "-1", "1.5m", "1x", "8192p", "m"})
    EXPECT_EQ(Type::parse(wrong), std::nullopt) << wrong;
}

TEST(ConfigType, TruthAndNumbers) {
  EXPECT_EQ(ConfigType<bool>::parse("true"), true);
  EXPECT_EQ(ConfigType<bool>::parse("False"), false);
  EXPECT_EQ(ConfigType<bool>::parse("yes"), std::nullopt);
  EXPECT_EQ(ConfigType<int>::parse("12"), 12);
  EXPECT_EQ(ConfigType<int>::parse("3000000000"), std::nullopt);
  EXPECT_EQ(ConfigType<int>::parse("12x"), std::nullopt);
  EXPECT_EQ(ConfigType<std::int64_t>::parse("3000000000"), 3'000'000'000);
  EXPECT_EQ(ConfigType<std::string>::parse(" as it is "), " as it is ");
}

TEST(ConfigKey, RefusalsNameKeyValueAndCure) {
  constexpr ConfigKey<milliseconds> interval("a.interval", "an interval", "ms", "200ms", 1);
  EXPECT_EQ(interval.parse("1ms"), milliseconds(1));
  EXPECT_EQ(refusal(interval, "soon"),
            "a.interval is \"soon\", but must be a length of time such as 200ms, 60s or 2m");
  EXPECT_EQ(refusal(interval, "0s"), "a.interval is \"0s\", but must be at least 1 ms");
  constexpr ConfigKey<int> count("a.count", "a count", "", "", 1);
  EXPECT_EQ(refusal(count, "0"), "a.count is \"0\", but must be at least 1");
  constexpr ConfigKey<ByteSize> size("a.size", "a size", "bytes", "", 2);
  EXPECT_EQ(refusal(size, "1b"), "a.size is \"1b\", but must be at least 2 bytes");
}

TEST(ConfigKey, WithoutAMinimumTakesNegativeNumbers) {
  constexpr ConfigKey<std::int64_t> rate("a.rate", "a rate", "records/s", "");
  EXPECT_EQ(rate.parse("-1"), -1);
}

}  // namespace
}  // namespace millrace
