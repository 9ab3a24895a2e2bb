#include <millrace/rdd/core/records/stable_sort.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

constexpr auto kByKey = [](const auto& a, const auto& b) { return a.first < b.first; };

/// Sorts records of every small length and some large ones, with few keys and with many, beside the standard library.
template <class Record>
void sortsAsTheStandardLibraryDoes(Record record) {
  const test::Seed seed;
  std::mt19937 random(seed);
  std::vector<std::size_t> sizes{1000, 1023, 1024, 1025, 30'001};
  for (std::size_t size = 0; size < 140; ++size) sizes.push_back(size);
  for (std::size_t size : sizes) {
    for (std::size_t keys : {std::size_t{1}, std::size_t{5}, size * 10 + 1}) {
      PooledVector<decltype(record(0, 0))> records;
      for (std::size_t i = 0; i < size; ++i) records.push_back(record(random() % keys, i));
      auto expected = records;
      std::stable_sort(expected.begin(), expected.end(), kByKey);
      stableSort(records, kByKey);
      ASSERT_EQ(records, expected) << size << " records with " << keys << " keys";
    }
  }
}

TEST(StableSort, OfRecordsThatAreCheapToCopy) {
  sortsAsTheStandardLibraryDoes([](std::size_t key, std::size_t i) { return std::pair(key, i); });
}

TEST(StableSort, OfRecordsThatAreMoved) {
  sortsAsTheStandardLibraryDoes([](std::size_t key, std::size_t i) {
    return std::pair("a key that does not lie inline " + std::to_string(key), i);
  });
}

TEST(StableSort, OfWhatIsSortedEitherWayAlready) {
  for (bool rises : {true, false}) {
    PooledVector<std::pair<int, int>> records;
    for (int i = 0; i < 1001; ++i) records.emplace_back(rises ? i / 2 : -i / 2, i);
    auto expected = records;
    std::stable_sort(expected.begin(), expected.end(), kByKey);
    stableSort(records, kByKey);
    EXPECT_EQ(records, expected) << rises;
  }
}

TEST(StableSort, PassesOnWhatAComparisonThrows) {
  PooledVector<std::string> records(100, "some text that is longer than inline");
  int left = 150;
  EXPECT_THROW(stableSort(records,
                          [&](const std::string& a, const std::string& b) {
                            return --left == 0 ? throw std::runtime_error("no order") : a < b;
                          }),
               std::runtime_error);
}

TEST(InsertionSort, SortsInPlace) {
  std::vector<std::string> records{"b", "a", "d", "c", "a"};
  insertionSort(records.data(), records.data() + records.size(), std::less<>());
  EXPECT_EQ(records, (std::vector<std::string>{"a", "a", "b", "c", "d"}));
  insertionSort(records.data(), records.data(), std::less<>());
}

}  // namespace
}  // namespace millrace::core
