#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/shuffle/combine.hpp>

#include "support/readers.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::chunksReader;

/// Sums; counts how often it was asked for what.
struct Summing {
  long create(long value) { return value; }
  void mergeValue(long& into, long value) { into += value; }
  void mergeCombiners(long& into, long value) { into += value; }
};

template <class K>
using Sums = std::map<K, long>;

/// Runs a shuffle by hand: each of `tasks` is the chunks of one map task.
template <class P>
std::vector<Sums<KeyOf<P>>> shuffled(const std::vector<std::vector<std::vector<P>>>& tasks, int outputs) {
  using K = KeyOf<P>;
  CombineSpec<P, long, Summing> spec(Summing{});
  std::vector<std::vector<ShuffleFilePtr>> written;
  for (const auto& chunks : tasks) {
    auto writer = spec.writer(0, outputs);
    writer->drain(*chunksReader<P>(chunks));
    written.push_back(writer->finish());
    EXPECT_EQ(written.back().size(), static_cast<std::size_t>(outputs));
  }
  std::vector<Sums<K>> results;
  for (std::size_t output = 0; output < static_cast<std::size_t>(outputs); ++output) {
    auto merger = spec.merger();
    for (auto& files : written) {
      if (files[output]) merger->add(0, std::move(files[output]));
    }
    BlockPtr block = merger->finish();
    Sums<K> sums;
    for (auto& [key, value] : test::drain<std::pair<K, long>>(block->open()))
      EXPECT_TRUE(sums.emplace(key, value).second) << "a key twice in a partition";
    EXPECT_EQ(block->records(), sums.size());
    results.push_back(std::move(sums));
  }
  return results;
}

template <class K>
Sums<K> joined(const std::vector<Sums<K>>& partitions) {
  Sums<K> all;
  for (const auto& partition : partitions) {
    for (const auto& [key, value] : partition)
      EXPECT_TRUE(all.emplace(key, value).second) << "a key in two partitions";
  }
  return all;
}

TEST(Combine, FoldsTheValuesOfAKey) {
  using P = std::pair<std::string_view, long>;
  const std::vector<std::vector<std::vector<P>>> tasks{
      {{{"a", 1}, {"b", 2}}, {{"a", 3}}}, {}, {{{"a key beyond twelve bytes", 4}, {"a", 5}}}, {{{"", 6}}}};
  const Sums<std::string> expected{{"", 6}, {"a", 9}, {"a key beyond twelve bytes", 4}, {"b", 2}};
  for (int outputs : {1, 2, 7}) EXPECT_EQ(joined(shuffled(tasks, outputs)), expected) << outputs;
}

TEST(Combine, OfNothingIsNothing) {
  using P = std::pair<int, long>;
  for (int outputs : {1, 3}) {
    EXPECT_TRUE(joined(shuffled<P>({}, outputs)).empty());
    EXPECT_TRUE(joined(shuffled<P>({{}, {}}, outputs)).empty());
  }
}

/// Chunks of (key, 1): first `few` keys over and over, then keys that are all new, each of them twice in the end.
template <class P, class MakeKey>
std::vector<std::vector<P>> chunksWithManyKeys(std::size_t fresh, const MakeKey& makeKey) {
  std::vector<std::vector<P>> chunks(1);
  auto add = [&](std::size_t key) {
    if (chunks.back().size() == kChunkSize) chunks.emplace_back();
    chunks.back().emplace_back(makeKey(key), 1);
  };
  for (std::size_t i = 0; i < 10'000; ++i) add(i % 10);
  for (std::size_t i = 0; i < fresh; ++i) add(i);
  for (std::size_t i = 0; i < fresh; i += 2) add(i);
  return chunks;
}

template <class K>
Sums<K> modelOf(const std::vector<std::vector<std::vector<std::pair<K, long>>>>& tasks) {
  Sums<K> sums;
  for (const auto& chunks : tasks) {
    for (const auto& chunk : chunks) {
      for (const auto& [key, value] : chunk) sums[key] += value;
    }
  }
  return sums;
}

// Past 64 k keys that are mostly new a map task stops combining: what was combined and what was not must add up.
TEST(Combine, AddsUpWhatItNoLongerCombines) {
  auto number = [](std::size_t key) { return static_cast<int>(key); };
  using P = std::pair<int, long>;
  const std::vector<std::vector<std::vector<P>>> tasks{chunksWithManyKeys<P>(110'000, number),
                                                       chunksWithManyKeys<P>(90'000, number),
                                                       chunksWithManyKeys<P>(100, number)};
  for (int outputs : {1, 3, 40}) EXPECT_EQ(joined(shuffled(tasks, outputs)), modelOf<int>(tasks)) << outputs;
}

TEST(Combine, AddsUpLongKeysItNoLongerCombines) {
  auto text = [](std::size_t key) {
    return key % 3 == 0 ? std::to_string(key)
                        : "a key that is longer than twelve bytes " + std::to_string(key);
  };
  using P = std::pair<std::string, long>;
  std::vector<std::vector<std::vector<P>>> tasks{chunksWithManyKeys<P>(100'000, text),
                                                 chunksWithManyKeys<P>(40'000, text)};
  const auto expected = modelOf<std::string>(tasks);
  for (int outputs : {1, 3}) EXPECT_EQ(joined(shuffled(tasks, outputs)), expected) << outputs;
}

/// Joins texts.
struct JoiningTexts {
  std::string create(const std::string& text) { return text; }
  void mergeValue(std::string& into, const std::string& text) { into += text; }
  void mergeCombiners(std::string& into, const std::string& text) { into += text; }
};

TEST(Combine, CountsWhatItHoldsUntilItHandsThatOut) {
  using P = std::pair<int, std::string>;
  const std::string large(100'000, 'x');
  CombineSpec<P, std::string, JoiningTexts> spec(JoiningTexts{});
  auto writer = spec.writer(0, 2);
  writer->drain(*chunksReader<P>({{{1, large}, {2, large}}, {{1, large}}, {{1, large}}}));
  EXPECT_GE(writer->bytes(), 4 * large.size());
  std::size_t written = 0;
  for (const auto& file : writer->finish()) written += file ? file->bytes() : 0;
  EXPECT_GE(written, 4 * large.size());
  EXPECT_LT(writer->bytes(), large.size());
}

TEST(CombineWatch, GoesByTheLastRecordsOnly) {
  CombineWatch watch;
  std::size_t entries = 0;
  for (int chunk = 0; chunk < 64; ++chunk) {
    EXPECT_FALSE(watch.shouldStop(1024, entries += 1024)) << "a table of " << entries << " is cheap";
  }
  // From here on few keys are new, however bad the beginning was.
  for (int chunk = 0; chunk < 1000; ++chunk) {
    EXPECT_FALSE(watch.shouldStop(1024, entries += 100)) << entries;
  }
  bool stopped = false;
  for (int chunk = 0; chunk < 64 && !stopped; ++chunk) stopped = watch.shouldStop(1024, entries += 1000);
  EXPECT_TRUE(stopped);
}

// A writer that combines must not grow with the records, one that does not must not grow the table.
TEST(Combine, StopsCombiningWhenMostKeysAreNew) {
  using P = std::pair<int, long>;
  CombineSpec<P, long, Summing> spec(Summing{});
  auto writer = spec.writer(0, 1);
  std::vector<std::vector<P>> chunks;
  for (int i = 0; i < 200'000; ++i) {
    if (i % 1024 == 0) chunks.emplace_back();
    // Combining goes on for 64 Ki keys at least and has ended before 100'000.
    const bool twice = i < (64 << 10) || i >= 100'000;
    chunks.back().emplace_back(i, 1);
    if (twice) chunks.back().emplace_back(i, 1);
  }
  writer->drain(*chunksReader<P>(chunks));
  auto files = writer->finish();
  const auto& file = static_cast<const CombineFile<int, long>&>(*files.at(0));
  EXPECT_TRUE(file.table.empty());
  std::size_t entries = 0;
  for (const auto& bucket : file.buckets) entries += bucket.size();
  EXPECT_EQ(entries, 300'000u);
  ASSERT_GE(file.buckets.size(), 16u);
  for (const auto& bucket : file.buckets)
    EXPECT_GT(bucket.size(), entries / file.buckets.size() / 2) << "buckets of one size";
}

// Some map tasks have many keys, others few: a key's values still merge in the order of the tasks.
TEST(Combine, MergesInTheOrderOfTasksWhetherTheyCombinedOrNot) {
  using P = std::pair<int, std::string>;
  struct Joining {
    std::string create(std::string value) { return value; }
    void mergeValue(std::string& into, const std::string& value) { into += value; }
    void mergeCombiners(std::string& into, std::string&& other) { into += other; }
  };
  CombineSpec<P, std::string, JoiningTexts> spec(JoiningTexts{});
  for (int outputs : {1, 3}) {
    std::vector<std::unique_ptr<ShuffleMerger>> mergers;
    for (int p = 0; p < outputs; ++p) mergers.push_back(spec.merger());
    const std::vector<int> keys{1'000, 100'000, 1'000, 120'000, 10};
    for (std::size_t task = 0; task < keys.size(); ++task) {
      std::vector<std::vector<P>> chunks;
      for (int i = 0; i < keys[task]; ++i) {
        if (i % 1024 == 0) chunks.emplace_back();
        chunks.back().emplace_back(i, std::string(1, static_cast<char>('a' + task)));
      }
      chunks.push_back({{0, "."}});
      auto writer = spec.writer(0, outputs);
      writer->drain(*chunksReader<P>(chunks));
      auto files = writer->finish();
      for (std::size_t p = 0; p < files.size(); ++p) {
        if (files[p]) mergers[p]->add(0, std::move(files[p]));
      }
    }
    std::size_t records = 0;
    for (auto& merger : mergers) {
      for (const auto& [key, value] : test::drain<P>(merger->finish()->open())) {
        ++records;
        const std::string_view expected = key == 0        ? "a.b.c.d.e."
                                          : key < 10      ? "abcde"
                                          : key < 1'000   ? "abcd"
                                          : key < 100'000 ? "bd"
                                                          : "d";
        ASSERT_EQ(value, expected) << key;
      }
    }
    EXPECT_EQ(records, 120'000u);
  }
}

TEST(Combine, WritesNoFileForAPartitionThatGetsNothing) {
  using P = std::pair<int, long>;
  CombineSpec<P, long, Summing> spec(Summing{});
  for (int outputs : {1, 16}) {
    for (const std::vector<P>& records : {std::vector<P>(), std::vector<P>{{7, 1}}}) {
      auto writer = spec.writer(0, outputs);
      writer->drain(*chunksReader<P>({records}));
      auto files = writer->finish();
      EXPECT_EQ(files.size(), static_cast<std::size_t>(outputs));
      auto written = std::ranges::count_if(files, [](const ShuffleFilePtr& file) { return file != nullptr; });
      EXPECT_EQ(written, static_cast<std::ptrdiff_t>(records.size()));
    }
  }
}

TEST(Combine, GoesOnAfterAnEmptyChunk) {
  using P = std::pair<int, long>;
  CombineSpec<P, long, Summing> spec(Summing{});
  auto writer = spec.writer(0, 1);
  auto input = chunksReader<P>({{{1, 1}}, {}, {{1, 2}, {2, 3}}});
  writer->drain(*input);
  writer->drain(*input);
  auto merger = spec.merger();
  for (auto& file : writer->finish()) merger->add(0, std::move(file));
  auto records = test::drain<P>(merger->finish()->open());
  std::ranges::sort(records);
  EXPECT_EQ(records, (std::vector<P>{{1, 3}, {2, 3}}));
}

TEST(Combine, ReadsItsResultAsOftenAsAsked) {
  using P = std::pair<std::string, long>;
  CombineSpec<P, long, Summing> spec(Summing{});
  auto writer = spec.writer(0, 1);
  writer->drain(*chunksReader<P>({{{"x", 1}, {"a text of more than twelve bytes", 2}}}));
  auto merger = spec.merger();
  for (auto& file : writer->finish()) merger->add(0, std::move(file));
  BlockPtr block = merger->finish();
  auto one = block->open(), other = block->open();
  EXPECT_EQ(test::drain<P>(std::move(one)), test::drain<P>(std::move(other)));
  ChunkSizeScope small(1);
  EXPECT_EQ(test::drain<P>(block->open()).size(), 2u);
  EXPECT_GE(block->bytes(), sizeof(P));
}

TEST(Combine, EqualsAModelOnRandomRecords) {
  const test::Seed seed;
  std::mt19937 random(seed);
  using P = std::pair<std::string, long>;
  for (int round = 0; round < 20; ++round) {
    const std::size_t keys = 1 + random() % 500;
    std::vector<std::vector<std::vector<P>>> tasks(random() % 5);
    for (auto& chunks : tasks) {
      chunks.resize(random() % 6);
      for (auto& chunk : chunks) {
        for (std::size_t i = 1 + random() % 200; i > 0; --i) {
          const std::size_t key = random() % keys;
          chunk.emplace_back(std::string(key % 30, 'k') + std::to_string(key),
                             static_cast<long>(random() % 100));
        }
      }
    }
    const int outputs = 1 + static_cast<int>(random() % 6);
    EXPECT_EQ(joined(shuffled(tasks, outputs)), modelOf<std::string>(tasks));
  }
}

}  // namespace
}  // namespace millrace::core
