#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

template <class K, class V>
void add(Table<K, V>& table, const K& key, V value) {
  table.upsert(
      KeyForm<K>::probe(key), [&] { return value; }, [&](V& held) { held += value; });
}

template <class K, class V>
std::map<K, V> contents(const Table<K, V>& table) {
  std::map<K, V> read;
  for (const auto& [key, value] : table) EXPECT_TRUE(read.emplace(KeyForm<K>::load(key), value).second);
  return read;
}

TEST(Table, AddsOrUpdates) {
  Table<std::string, int> table;
  EXPECT_TRUE(table.upsert(
      KeyForm<std::string>::probe("a"), [] { return 1; }, [](int&) { FAIL() << "the key is new"; }));
  EXPECT_FALSE(table.upsert(
      KeyForm<std::string>::probe("a"),
      []() -> int {
        ADD_FAILURE() << "the key is known";
        return 0;
      },
      [](int& held) { held += 5; }));
  EXPECT_EQ(contents(table), (std::map<std::string, int>{{"a", 6}}));
}

TEST(Table, KeepsShortAndLongKeysOfItsOwn) {
  Table<std::string, int> table;
  std::map<std::string, int> expected;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 2'000; ++i) {
      std::string key = i % 2 == 0 ? std::to_string(i) : "a key beyond twelve bytes " + std::to_string(i);
      add(table, key, i);
      expected[key] += i;
      key.assign(key.size(), '?');
    }
  }
  EXPECT_EQ(contents(table), expected);
  EXPECT_EQ(table.size(), expected.size());
}

TEST(Table, KeepsTheRoomItHas) {
  Table<int, int> table;
  table.reserve(1000);
  std::size_t room = table.bytes();
  add(table, 1, 1);
  table.reserve(10);
  EXPECT_EQ(table.bytes(), room);
}

TEST(Table, FindsAndErases) {
  Table<std::string, int> table;
  const std::string longKey = "a key beyond twelve bytes";
  add<std::string>(table, "short", 1);
  add(table, longKey, 2);
  const auto& constant = table;
  ASSERT_NE(constant.find(KeyForm<std::string>::probe(longKey)), nullptr);
  EXPECT_EQ(*constant.find(KeyForm<std::string>::probe(longKey)), 2);
  EXPECT_EQ(constant.find(KeyForm<std::string>::probe("absent")), nullptr);
  table.erase(KeyForm<std::string>::probe(longKey));
  table.erase(KeyForm<std::string>::probe("absent"));
  EXPECT_EQ(contents(table), (std::map<std::string, int>{{"short", 1}}));
  add(table, longKey, 7);
  EXPECT_EQ(contents(table), (std::map<std::string, int>{{"short", 1}, {longKey, 7}}));
}

TEST(Table, CopiesShareNothing) {
  Table<std::string, std::string> copy;
  {
    Table<std::string, std::string> table;
    add<std::string, std::string>(table, "a key beyond twelve bytes", "value");
    copy = table.copy();
    add<std::string, std::string>(table, "a key beyond twelve bytes", " and more");
    add<std::string, std::string>(table, "another", "one");
  }
  EXPECT_EQ(contents(copy), (std::map<std::string, std::string>{{"a key beyond twelve bytes", "value"}}));
}

TEST(Table, GivesBackTheTextOfErasedKeys) {
  Table<std::string, int> table;
  std::map<std::string, int> expected;
  std::size_t largest = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string key = std::string(60, 'k') + std::to_string(i);
    add(table, key, i);
    if (i % 1000 == 0) {
      expected[key] = i;
    } else {
      table.erase(KeyForm<std::string>::probe(key));
    }
    table.compact();
    largest = std::max(largest, table.bytes());
  }
  EXPECT_EQ(contents(table), expected);
  EXPECT_LT(largest, std::size_t{8} << 20) << "200,000 keys of 65 bytes are 13 MB";
}

// Merging one table into another walks both memories forward only if the order is nearly that of the hashes.
TEST(Table, IteratesInHashOrderWhateverTheHistory) {
  std::vector<int> keys(5'000);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<int>(i);
  Table<int, int> one, other;
  for (int key : keys) add(one, key, 1);
  const test::Seed seed;
  std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
  for (int key : keys) add(other, key, 1);
  for (const auto* table : {&one, &other}) {
    std::uint64_t furthest = 0;
    std::size_t behind = 0;
    for (const auto& [key, value] : *table) {
      const std::uint64_t region = keyHash<int>(key) >> 56;
      behind += region < furthest;
      furthest = std::max(furthest, region);
    }
    EXPECT_LT(behind, table->size() / 10);
  }
}

TEST(Table, TakesKeysOfManyTypes) {
  Table<std::pair<std::string, int>, long> pairs;
  pairs.upsert(
      KeyForm<std::pair<std::string, int>>::probe(std::pair<std::string_view, int>("left", 1)),
      [] { return 1L; }, [](long& held) { ++held; });
  pairs.upsert(
      KeyForm<std::pair<std::string, int>>::probe(std::pair<std::string, int>("left", 1)), [] { return 1L; },
      [](long& held) { ++held; });
  EXPECT_EQ(contents(pairs), (std::map<std::pair<std::string, int>, long>{{{"left", 1}, 2}}));

  Table<double, int> doubles;
  add(doubles, 0.0, 1);
  add(doubles, -0.0, 1);
  EXPECT_EQ(doubles.size(), 2u) << "as in Java";
  add(doubles, std::nan("1"), 1);
  add(doubles, std::nan("2"), 1);
  EXPECT_EQ(doubles.size(), 3u) << "equal keys, equal hashes";

  Table<std::optional<std::string>, int> options;
  add(options, std::optional<std::string>(), 1);
  add(options, std::optional<std::string>(""), 1);
  EXPECT_EQ(options.size(), 2u);
}

TEST(Table, VisitsAheadInOrderWhileItGrows) {
  Table<std::string, int> table;
  std::vector<std::pair<std::string, int>> words;
  std::map<std::string, int> expected;
  for (int i = 0; i < 60'000; ++i) {
    words.emplace_back("word " + std::to_string(i % 20'011), i);
    expected[words.back().first] += i;
  }
  std::size_t visited = 0;
  table.visitAhead(words, [&](const auto& word, const TextKey& key, const Hint& hint) {
    ASSERT_EQ(&word, &words[visited++]);
    ASSERT_EQ(key.text(), word.first);
    ASSERT_EQ(hint.hash, keyHash<std::string>(key));
    table.upsert(
        key, hint, [&] { return word.second; }, [&](int& sum) { sum += word.second; });
  });
  EXPECT_EQ(visited, words.size());
  EXPECT_GT(table.bytes(), std::size_t{256} << 10) << "large enough to be fetched ahead";
  EXPECT_EQ(contents(table), expected);
}

TEST(Table, MovesValuesThatCannotBeCopied) {
  Table<int, std::unique_ptr<int>> table;
  table.upsert(
      1, [] { return std::make_unique<int>(5); }, [](auto&) {});
  Table<int, std::unique_ptr<int>> moved = std::move(table);
  ASSERT_NE(moved.find(1), nullptr);
  EXPECT_EQ(**moved.find(1), 5);
}

}  // namespace
}  // namespace millrace::core
