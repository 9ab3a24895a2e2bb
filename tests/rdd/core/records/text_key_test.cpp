#include <millrace/rdd/core/records/text_key.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/hash.hpp>

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

std::string text(std::size_t size, char first = 'a') {
  std::string made;
  for (std::size_t i = 0; i < size; ++i) made += static_cast<char>(first + static_cast<char>(i % 26));
  return made;
}

TEST(TextKey, ShowsItsText) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string held = text(size);
    TextKey key(held);
    EXPECT_EQ(key.text(), held);
    EXPECT_EQ(key.size(), size);
    EXPECT_EQ(key.isInline(), size <= 12);
  }
}

TEST(TextKey, IsEqualForEqualTextsOnly) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string held = text(size), same = text(size);
    EXPECT_EQ(TextKey(held), TextKey(same)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = held;
      other[at] = '#';
      EXPECT_NE(TextKey(held), TextKey(other)) << size << " bytes, byte " << at << " differs";
    }
    const std::string longer = held + 'x';
    EXPECT_NE(TextKey(held), TextKey(longer)) << size;
  }
}

TEST(TextKey, TakesNulAsAByteLikeAnyOther) {
  using namespace std::string_view_literals;
  EXPECT_NE(TextKey("a"sv), TextKey("a\0"sv));
  EXPECT_NE(TextKey(""sv), TextKey("\0"sv));
  EXPECT_NE(TextKey("\0\0"sv).hash(), TextKey("\0\0\0"sv).hash());
  EXPECT_EQ(TextKey("a\0b"sv).text(), "a\0b"sv);
}

TEST(TextKey, TakesAViewOfNothing) {
  EXPECT_EQ(TextKey(std::string_view()).text(), "");
  EXPECT_EQ(TextKey(std::string_view()), TextKey(""));
  EXPECT_EQ(TextKey(std::string_view()), TextKey());
  EXPECT_EQ(TextKey(std::string_view()).hash(), TextKey("").hash());
}

TEST(TextKey, DoesNotDependOnWhatStandsBehindTheText) {
  const std::string one = "word and more", other = "word, not the same";
  const std::string_view a = std::string_view(one).substr(0, 4), b = std::string_view(other).substr(0, 4);
  EXPECT_EQ(TextKey(a), TextKey(b));
  EXPECT_EQ(TextKey(a).hash(), TextKey(b).hash());
}

TEST(TextKey, ReadsNothingBeyondThePageOfTheText) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* memory = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* end = static_cast<char*>(memory) + page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  for (std::size_t size = 0; size <= 20; ++size) {
    const std::string held = text(size);
    std::memcpy(end - size, held.data(), size);
    EXPECT_EQ(TextKey(std::string_view(end - size, size)), TextKey(held)) << size;
  }
  munmap(memory, 2 * page);
}

TEST(TextKey, OnceKeptIsIndependentOfItsRecord) {
  TextArena arena;
  std::string record = "a text that is longer than a key";
  const std::string before = record;
  TextKey key(record);
  const auto hash = key.hash();
  key.keepIn(arena);
  record.assign(record.size(), '!');
  EXPECT_EQ(key.text(), before);
  EXPECT_EQ(key.hash(), hash);
  EXPECT_EQ(key, TextKey(before));
}

TEST(TextKey, HashesSimilarTextsApart) {
  std::set<std::uint64_t> low, high;
  constexpr int kTexts = 20'000;
  for (int i = 0; i < kTexts; ++i) {
    const std::string shortText = std::to_string(i), longText = "a prefix of many " + shortText;
    for (const std::string& held : {shortText, longText}) {
      const auto hash = TextKey(held).hash();
      low.insert(hash & 0xffffff);
      high.insert(hash >> 40);
    }
  }
  // 40,000 hashes in 16.7 million places: some 48 fall together by chance.
  EXPECT_GT(low.size(), 2 * kTexts - 200);
  EXPECT_GT(high.size(), 2 * kTexts - 200);
}

TEST(TextKey, RefusesWhatItsLengthCannotCount) {
  constexpr std::size_t kBytes = (std::size_t{1} << 32) + 4096;
  void* memory = mmap(nullptr, kBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const auto* text = static_cast<const char*>(memory);
  EXPECT_EQ(TextKey({text, TextKey::kLongest}).size(), TextKey::kLongest);
  EXPECT_THROW(TextKey({text, TextKey::kLongest + 1}), Unsupported);
  EXPECT_THROW(TextKey({text, TextKey::kLongest + 6}), Unsupported) << "not the key of five bytes";
  munmap(memory, kBytes);
}

}  // namespace
}  // namespace millrace::core
