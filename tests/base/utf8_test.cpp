#include <millrace/base/utf8.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace millrace::core {
namespace {

/// Decodes by the definition, slowly.
bool isValidByDefinition(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC0 || lead > 0xF7) return false;
    std::uint32_t code = lead & (0x3Fu >> more);
    for (int k = 0; k < more; ++k, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
      code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  }
  return true;
}

TEST(Utf8, EverySequenceOfUpToThreeBytesAgreesWithTheDefinition) {
  std::string text;
  for (std::uint32_t bytes = 0; bytes < 0x1000000; ++bytes) {
    text = {static_cast<char>(bytes >> 16), static_cast<char>(bytes >> 8), static_cast<char>(bytes)};
    ASSERT_EQ(isValidUtf8(text), isValidByDefinition(text)) << std::hex << bytes;
  }
}

TEST(Utf8, RandomTextAgreesWithTheDefinition) {
  const test::Seed seed;
  std::mt19937 random(seed);
  static constexpr std::string_view kPieces[] = {"a",
                                                 "plain ascii",
                                                 "\xC2\x80",
                                                 "\xDF\xBF",
                                                 "\xE0\xA0\x80",
                                                 "\xED\x9F\xBF",
                                                 "\xEF\xBF\xBF",
                                                 "\xF0\x90\x80\x80",
                                                 "\xF4\x8F\xBF\xBF",
                                                 "\xF0\x9F\x98\x80"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned pieces = random() % 12; pieces > 0; --pieces)
      text += kPieces[random() % std::size(kPieces)];
    if (!text.empty() && round % 2 == 0) text[random() % text.size()] = static_cast<char>(random());
    ASSERT_EQ(isValidUtf8(text), isValidByDefinition(text));
  }
}

TEST(Utf8, RefusesOverlongSurrogateTooLargeAndCut) {
  for (std::string_view text : {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
                                "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "eight ok\xE2\x82"}) {
    EXPECT_FALSE(isValidUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, ACharacterHasTheSizeOfItsBytes) {
  EXPECT_EQ(utf8CharacterSize("a\xC3\xA9"), 1u);
  EXPECT_EQ(utf8CharacterSize("\xC3\xA9x"), 2u);
  EXPECT_EQ(utf8CharacterSize("\xE2\x82\xACx"), 3u);
  EXPECT_EQ(utf8CharacterSize("\xF0\x9F\x98\x80x"), 4u);
  for (const char* text : {"\xC3", "\xE2\x82", "\xA9", "\xFF"}) EXPECT_EQ(utf8CharacterSize(text), 0u);
}

}  // namespace
}  // namespace millrace::core
