#include <millrace/base/crc32c.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

// RFC 3720, B.4, and the check value of the catalogue of CRCs.
TEST(Crc32c, GivesTheStandardValues) {
  std::string up, down;
  for (int i = 0; i < 32; ++i) {
    up += static_cast<char>(i);
    down += static_cast<char>(31 - i);
  }
  const std::vector<std::pair<std::string, std::uint32_t>> vectors{{"", 0},
                                                                   {"123456789", 0xE3069283},
                                                                   {std::string(32, '\0'), 0x8A9136AA},
                                                                   {std::string(32, '\xFF'), 0x62A8AB43},
                                                                   {up, 0x46DD794E},
                                                                   {down, 0x113FDB5C}};
  for (const auto& [bytes, crc] : vectors) {
    EXPECT_EQ(crc32c(bytes), crc);
    EXPECT_EQ(crc32cPortable(bytes), crc);
  }
}

TEST(Crc32c, BothFormsAgree) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  std::string bytes(1'000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t size = 0; size < 100; ++size) {
      const std::string_view part = std::string_view(bytes).substr(begin, size);
      ASSERT_EQ(crc32c(part), crc32cPortable(part)) << begin << " " << size;
    }
  }
  EXPECT_EQ(crc32c(bytes), crc32cPortable(bytes));
}

}  // namespace
}  // namespace millrace::core
