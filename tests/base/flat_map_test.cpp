#include <millrace/base/flat_map.hpp>
#include <millrace/base/hash.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <any>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

struct Equal64 {
  std::uint64_t operator()(std::uint64_t) const { return 0; }
};
/// Few homes, few tags.
struct Poor64 {
  std::uint64_t operator()(std::uint64_t key) const { return (key % 3) << 62 | (key & 1); }
};

template <class K, class V, class H>
std::unordered_map<K, V> contents(const FlatMap<K, V, H>& map) {
  std::unordered_map<K, V> read;
  for (const auto& [key, value] : map) EXPECT_TRUE(read.emplace(key, value).second);
  return read;
}

/// Adds, changes, erases, looks for and forgets keys as a reference does, from few of them to many and back.
template <class H>
void followsTheReference(std::uint64_t keys, int steps) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  FlatMap<std::uint64_t, std::string, H> map;
  std::unordered_map<std::uint64_t, std::string> reference;
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t key = random() % keys;
    const auto* known = map.find(key);
    ASSERT_EQ(known != nullptr, reference.contains(key));
    ASSERT_TRUE(known == nullptr || known->second == reference[key]);
    // In turn mostly added to and mostly erased from, so that erased slots pile up.
    const bool adding = random() % 8 < (step / (steps / 8 + 1) % 2 == 0 ? 6U : 2U);
    if (adding) {
      map[key] = reference[key] = "a text beyond what fits inside, number " + std::to_string(step);
    } else if (known != nullptr) {
      map.erase(known);
      reference.erase(key);
    }
    if (random() % 4096 == 0) {
      map.clear();
      reference.clear();
    }
    ASSERT_EQ(map.size(), reference.size());
  }
  EXPECT_EQ(contents(map), reference);
  const auto copy = map;
  EXPECT_EQ(contents(copy), reference);
  auto moved = std::move(map);
  EXPECT_EQ(contents(moved), reference);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.begin(), map.end());
}

TEST(FlatMap, FollowsAReference) {
  followsTheReference<Hash<std::uint64_t>>(20, 20'000);
  followsTheReference<Hash<std::uint64_t>>(5'000, 100'000);
}

TEST(FlatMap, IsRightWhereHashesAreEqual) {
  followsTheReference<Equal64>(60, 20'000);
  followsTheReference<Poor64>(200, 20'000);
}

TEST(FlatMap, HoldsNothingBeforeTheFirstEntry) {
  FlatMap<int, int, Hash<int>> map;
  EXPECT_EQ(map.bytes(), 0);
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_EQ(map.begin(), map.end());
  map.clear();
  map.reserve(0);
  EXPECT_EQ(map.bytes(), 0);
}

TEST(FlatMap, DoesNotGrowWithinItsRoom) {
  FlatMap<int, int, Hash<int>> map;
  map.reserve(10'000);
  const std::size_t bytes = map.bytes();
  for (int i = 0; i < 10'000; ++i) map[i] = i;
  map.reserve(5'000);
  EXPECT_EQ(map.bytes(), bytes);
  const auto* first = map.find(0);
  for (int round = 0; round < 3; ++round) {
    map.clear();
    for (int i = 0; i < 10'000; ++i) map[i] = i;
  }
  EXPECT_EQ(map.find(0), first) << "cleared memory is used again";
}

TEST(FlatMap, StaysSmallWhenKeysComeAndGo) {
  FlatMap<int, int, Hash<int>> map;
  for (int i = 0; i < 1'000; ++i) map[i] = i;
  const std::size_t bytes = map.bytes();
  for (int i = 1'000; i < 500'000; ++i) {
    map.erase(map.find(i - 1'000));
    map[i] = i;
  }
  EXPECT_EQ(map.size(), 1'000);
  EXPECT_LE(map.bytes(), 2 * bytes);
}

TEST(FlatMap, IteratorsGoOnAfterWhatTheyPassedIsErased) {
  FlatMap<int, int, Hash<int>> map;
  for (int i = 0; i < 1'000; ++i) map[i] = i;
  for (auto next = map.begin(); next != map.end();) {
    const auto at = next++;
    if (at->first % 3 != 0) map.erase(at);
  }
  EXPECT_EQ(map.size(), 334);
  for (const auto& [key, value] : map) EXPECT_EQ(key % 3, 0);
}

TEST(FlatMap, IteratorsShowKeysThatCannotBeChanged) {
  using Map = FlatMap<std::string, int, Hash<std::string>>;
  static_assert(std::is_same_v<Map::iterator::reference, std::pair<const std::string&, int&>>);
  static_assert(std::is_same_v<Map::const_iterator::reference, std::pair<const std::string&, const int&>>);
  Map map;
  for (int i = 0; i < 1'000; ++i)
    map["a key that the map has to move when it grows, " + std::to_string(i)] = 1;
  for (auto&& [key, value] : map) value += static_cast<int>(key.size());
  for (int i = 0; i < 1'000; ++i) {
    const std::string key = "a key that the map has to move when it grows, " + std::to_string(i);
    EXPECT_EQ(map.find(key)->second, 1 + static_cast<int>(key.size()));
  }
}

TEST(FlatMap, GoesInTheOrderOfHashes) {
  FlatMap<std::uint64_t, int, Hash<std::uint64_t>> map;
  map.reserve(100'000);
  for (std::uint64_t i = 0; i < 50'000; ++i) map[i] = 0;
  std::uint64_t last = 0;
  int back = 0;
  for (const auto& [key, value] : map) {
    const std::uint64_t region = Hash<std::uint64_t>{}(key) >> 52;
    back += region < last ? 1 : 0;
    last = region;
  }
  EXPECT_LT(back, 500);
}

TEST(FlatMap, FillsUpInTheOrderOfAnother) {
  FlatMap<std::uint64_t, int, Hash<std::uint64_t>> from, to;
  for (std::uint64_t i = 0; i < 300'000; ++i) from[i] = static_cast<int>(i);
  for (const auto& [key, value] : from) to[key] = value;
  EXPECT_EQ(contents(to), contents(from));
}

TEST(FlatMap, WhatThrowsWhileItIsMadeIsNotAdded) {
  FlatMap<int, std::string, Hash<int>> map;
  map[1] = "one";
  const auto fail = []() -> std::string { throw std::runtime_error("no value"); };
  EXPECT_THROW(map.findOrAdd(2, FlatMap<int, std::string, Hash<int>>::hashOf(2), fail), std::runtime_error);
  EXPECT_EQ(map.size(), 1);
  EXPECT_EQ(map.find(2), nullptr);
}

TEST(FlatMap, TakesValuesThatOnlyMoveAndWideOnes) {
  FlatMap<int, std::unique_ptr<int>, Hash<int>> pointers;
  for (int i = 0; i < 100; ++i) pointers[i] = std::make_unique<int>(i);
  EXPECT_EQ(*pointers.find(99)->second, 99);
  struct alignas(64) Line {
    int value = 0;
  };
  FlatMap<int, Line, Hash<int>> lines;
  for (int i = 0; i < 100; ++i) lines[i].value = i;
  for (const auto& [key, line] : lines) {
    EXPECT_EQ(line.value, key);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&line) % alignof(Line), 0);
  }
}

TEST(FlatMap, ValuesMayBeOfAnyType) {
  FlatMap<int, std::any, Hash<int>> map;
  map.findOrAdd(1, Hash<int>{}(1), [] { return std::any(std::string("one")); });
  EXPECT_EQ(std::any_cast<std::string>(map.find(1)->second), "one");
}

TEST(FlatMap, ShrinksToWhatIsLeftAndKeepsIt) {
  constexpr std::uint64_t kMany = 100'000;
  FlatMap<std::uint64_t, std::uint64_t, Hash<std::uint64_t>> map;
  for (std::uint64_t key = 0; key < kMany; ++key) map[key] = key;
  const std::size_t full = map.bytes();
  map.shrink();
  EXPECT_EQ(map.bytes(), full);
  for (std::uint64_t key = 0; key < kMany; ++key) {
    if (key % 16 != 0) map.erase(map.find(key));
  }
  map.shrink();
  EXPECT_LT(map.bytes(), full / 4);
  EXPECT_EQ(map.size(), kMany / 16);
  for (std::uint64_t key = 0; key < kMany; ++key) EXPECT_EQ(map.find(key) != nullptr, key % 16 == 0);
  for (std::uint64_t key = 0; key < kMany; key += 16) map.erase(map.find(key));
  map.shrink();
  EXPECT_GT(map.bytes(), 0U);
  map[7] = 7;
  EXPECT_EQ(map.size(), 1U);
}

TEST(FlatMap, FetchingAheadChangesNothing) {
  FlatMap<std::uint64_t, int, Hash<std::uint64_t>> map;
  for (std::uint64_t i = 0; i < 1'000; ++i) map[i] = static_cast<int>(i);
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const std::uint64_t hash = Hash<std::uint64_t>{}(i);
    map.fetchTags(hash);
    const Hint hint{hash, map.fetchEntry(hash)};
    EXPECT_EQ(map.find(i, hash) != nullptr, i < 1'000);
    EXPECT_EQ(map.find(i, hint), map.find(i, hash));
  }
}

TEST(FlatMap, AHintIsCheckedBeforeItIsBelieved) {
  using Map = FlatMap<std::uint64_t, int, Hash<std::uint64_t>>;
  Map map;
  for (std::uint64_t i = 0; i < 1'000; ++i) map[i] = static_cast<int>(i);
  std::vector<Hint> hints;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const std::uint64_t hash = Hash<std::uint64_t>{}(i);
    hints.push_back({hash, map.fetchEntry(hash)});
  }
  for (std::uint64_t i = 0; i < 1'000; i += 3) map.erase(map.find(i));
  for (std::uint64_t i = 0; i < 1'000; ++i)
    EXPECT_EQ(map.find(i, hints[i]), map.find(i)) << "erased: " << (i % 3 == 0);
  for (std::uint64_t i = 1'000; i < 5'000; ++i) map[i] = static_cast<int>(i);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    EXPECT_EQ(map.find(i, hints[i]), map.find(i)) << "the map has grown";
    EXPECT_EQ(map.find(i, Hint{hints[i].hash, Hint::kNoSlot}), map.find(i));
    EXPECT_EQ(map.find(i, Hint{hints[i].hash, hints[(i + 1) % 1'000].slot}), map.find(i))
        << "another key's slot";
    EXPECT_EQ(map.findOrAdd(i, hints[i], [] { return -1; }).second, i % 3 == 0);
  }
  EXPECT_EQ(Map().find(1, Hint{Hash<std::uint64_t>{}(1), 0}), nullptr);
}

}  // namespace
}  // namespace millrace::core
