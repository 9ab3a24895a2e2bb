#include <millrace/rdd/core/graph/cached_partition.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/captured_log.hpp"
#include "support/counted.hpp"
#include "support/engines.hpp"
#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/readers.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 30;

/// An engine with a memory budget and a disk.
class Storage {
 public:
  explicit Storage(std::size_t limit = kPlenty, int threads = 1) : engine(makeEngine(threads)) {
    engine->setMemoryLimit(limit);
    engine->setLocalDirectory(scratch / "local");
  }

  template <class T>
  static StoredSize sizeOf(const RDD<T>& rdd) {
    StoredSize all;
    for (const StoredSize& size : rdd.node()->storedSizes()) {
      all.isStored |= size.isStored;
      all.memory += size.memory;
      all.disk += size.disk;
    }
    return all;
  }
  /// How many files there are on the disk.
  std::size_t files() const {
    std::size_t count = 0;
    if (!std::filesystem::exists(scratch / "local")) return 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch / "local"))
      count += entry.is_regular_file() && entry.path().extension() != ".lock" ? 1 : 0;
    return count;
  }

  test::ScratchDirectory scratch;
  LocalFileSystem local;
  std::shared_ptr<test::FaultyFileSystem> disk = std::make_shared<test::FaultyFileSystem>(local);
  EnginePtr engine;

 private:
  EnginePtr makeEngine(int threads) {
    return std::make_shared<Engine>(threads == 1 ? inlineJobRunner() : poolJobRunner(threads), threads, disk);
  }
};

std::vector<std::string> words(int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) words.push_back("w" + std::to_string(i));
  return words;
}

/// Two partitions of words, each of which writes down when it is made.
struct Counted {
  Counted(const Storage& storage, int count)
      : records(words(count)),
        rdd(test::rddOf<std::string>(storage.engine, records, 2).mapPartitions([made = made](auto& given) {
          ++*made;
          std::vector<std::string> all;
          for (const std::string& word : given) all.push_back(word);
          return all;
        })) {}

  std::shared_ptr<std::atomic<int>> made = std::make_shared<std::atomic<int>>(0);
  std::vector<std::string> records;
  RDD<std::string> rdd;
};

struct Where {
  bool memory;
  bool disk;
  friend bool operator==(const Where&, const Where&) = default;
};

Where whereIs(const StoredSize& size) { return {size.memory > 0, size.disk > 0}; }

TEST(CachedPartition, IsWhereItsLevelSays) {
  struct Case {
    StorageLevel level;
    Where withPlenty, withNone;
  };
  const Where memory{true, false}, disk{false, true}, nowhere{false, false};
  for (const Case& each : {Case{StorageLevel::MEMORY_ONLY, memory, nowhere},
                           {StorageLevel::MEMORY_ONLY_2, memory, nowhere},
                           {StorageLevel::MEMORY_ONLY_SER, memory, nowhere},
                           {StorageLevel::MEMORY_AND_DISK, memory, disk},
                           {StorageLevel::MEMORY_AND_DISK_SER, memory, disk},
                           {StorageLevel::MEMORY_AND_DISK_SER_2, memory, disk},
                           {StorageLevel::DISK_ONLY, disk, disk},
                           {StorageLevel::DISK_ONLY_3, disk, disk}}) {
    for (bool hasMemory : {true, false}) {
      SCOPED_TRACE(each.level.description() + (hasMemory ? "" : " without memory"));
      const test::CapturedLog log;
      Storage storage(hasMemory ? kPlenty : 100);
      Counted counted(storage, 2000);
      counted.rdd.persist(each.level);
      for (int i = 0; i < 3; ++i) EXPECT_EQ(counted.rdd.collect(), counted.records);
      const Where expected = hasMemory ? each.withPlenty : each.withNone;
      EXPECT_EQ(whereIs(Storage::sizeOf(counted.rdd)), expected);
      EXPECT_EQ(*counted.made, expected == nowhere ? 6 : 2);
      EXPECT_EQ(storage.files(), expected.disk ? 2U : 0U);
      EXPECT_EQ(log.lines().size(), expected == nowhere ? 1U : 0U);
      counted.rdd.unpersist();
      EXPECT_EQ(storage.files(), 0U);
      EXPECT_EQ(storage.engine->memory().used(), 0U);
    }
  }
}

TEST(CachedPartition, AsBytesTakesLessThanAsObjects) {
  Storage storage;
  Counted objects(storage, 2000), bytes(storage, 2000);
  objects.rdd.cache().count();
  bytes.rdd.persist(StorageLevel::MEMORY_ONLY_SER).count();
  EXPECT_LT(3 * Storage::sizeOf(bytes.rdd).memory, Storage::sizeOf(objects.rdd).memory);
}

TEST(CachedPartition, ShowsViewsOfWhatItHas) {
  Storage storage;
  const auto records = words(3000);
  for (StorageLevel level :
       {StorageLevel::MEMORY_ONLY, StorageLevel::MEMORY_ONLY_SER, StorageLevel::DISK_ONLY}) {
    auto views = test::rddOf<std::string_view>(storage.engine, records, 2).persist(level);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(views.collect(), records) << level.description();
  }
}

TEST(CachedPartition, OfNothingIsStored) {
  Storage storage;
  for (StorageLevel level :
       {StorageLevel::MEMORY_ONLY, StorageLevel::MEMORY_ONLY_SER, StorageLevel::DISK_ONLY}) {
    Counted counted(storage, 0);
    counted.rdd.persist(level);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(counted.rdd.count(), 0);
    EXPECT_EQ(*counted.made, 2);
    EXPECT_TRUE(Storage::sizeOf(counted.rdd).isStored);
  }
}

TEST(CachedPartition, GoesWhereTheLevelSaysWhenOthersNeedTheMemory) {
  for (StorageLevel level :
       {StorageLevel::MEMORY_ONLY, StorageLevel::MEMORY_AND_DISK, StorageLevel::MEMORY_AND_DISK_SER}) {
    SCOPED_TRACE(level.description());
    Storage storage(200'000);
    Counted first(storage, 3000), second(storage, 3000);
    first.rdd.persist(level);
    second.rdd.persist(level);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(first.rdd.collect(), first.records);
      EXPECT_EQ(second.rdd.collect(), second.records);
      EXPECT_LE(storage.engine->memory().used(), 200'000U);
      EXPECT_EQ(storage.engine->memory().used(),
                Storage::sizeOf(first.rdd).memory + Storage::sizeOf(second.rdd).memory);
    }
    const int made = *first.made + *second.made;
    if (level == StorageLevel::MEMORY_ONLY) {
      EXPECT_GT(made, 4);
    } else {
      EXPECT_EQ(made, 4);
    }
  }
}

TEST(CachedPartition, StaysWhileItIsRead) {
  Storage storage(140'000);
  Counted first(storage, 3000), second(storage, 3000);
  first.rdd.cache().count();
  auto reader = first.rdd.node()->read(0);
  second.rdd.cache().count();
  const std::vector<std::string> half(first.records.begin(), first.records.begin() + 1500);
  EXPECT_TRUE(first.rdd.node()->storedSizes()[0].isStored);
  EXPECT_EQ(test::drain<std::string>(std::move(reader)), half);
}

// Its parents are gone, so that it could not be made again.
TEST(CachedPartition, OfAnRddThatLetGoOfItsParentsIsNotLost) {
  Storage storage(200'000);
  Counted first(storage, 3000), second(storage, 3000);
  std::weak_ptr<Node> parent = first.rdd.node();
  auto child = first.rdd.map([](const std::string& word) { return word; }).cache();
  auto grandchild = child.map([](const std::string& word) { return word; });
  first.rdd = {};
  child.count();
  child = {};
  for (int i = 0; i < 4; ++i) test::rddOf<std::string>(storage.engine, {}, 1).cache();
  ASSERT_TRUE(parent.expired());
  second.rdd.cache().count();
  EXPECT_GT(storage.files(), 0U);
  EXPECT_EQ(grandchild.collect(), first.records);
}

TEST(CachedPartition, ThatHasToBeMadeAgainFindsItsShuffle) {
  Storage storage(200'000);
  Counted first(storage, 3000), second(storage, 3000);
  auto counts =
      first.rdd.map([](const std::string& word) { return std::pair(word, 1); }).reduceByKey(std::plus<>());
  auto sizes = counts.map([](const auto& pair) { return pair.first; }).cache();
  const auto expected = sizes.collect();
  second.rdd.cache().count();
  EXPECT_EQ(sizes.collect(), expected);
}

TEST(CachedPartition, WhichTheDiskHasNoRoomForFailsWithTheFileAndLeavesNothing) {
  Storage storage;
  Counted counted(storage, 3000);
  counted.rdd.persist(StorageLevel::DISK_ONLY);
  storage.disk->fullAfter(1000);
  const auto failure = test::failureOf<SparkException>([&] { counted.rdd.count(); });
  EXPECT_NE(failure.find(storage.scratch / "local"), std::string::npos) << failure;
  EXPECT_EQ(storage.files(), 0U);
  storage.disk->fullAfter(kPlenty);
  EXPECT_EQ(counted.rdd.collect(), counted.records);
}

TEST(CachedPartition, WhichCannotBeMovedToTheDiskStaysInMemory) {
  const test::CapturedLog log;
  Storage storage(200'000);
  Counted first(storage, 3000), second(storage, 3000);
  first.rdd.persist(StorageLevel::MEMORY_AND_DISK).count();
  storage.disk->fullAfter(1000);
  EXPECT_EQ(second.rdd.cache().collect(), second.records);
  EXPECT_EQ(whereIs(Storage::sizeOf(first.rdd)), (Where{true, false}));
  EXPECT_EQ(first.rdd.collect(), first.records);
  EXPECT_EQ(*first.made, 2);
  EXPECT_FALSE(log.lines().empty());
}

TEST(CachedPartition, ManyThreadsGetTheSame) {
  Storage storage(200'000, 4);
  std::vector<std::unique_ptr<Counted>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(std::make_unique<Counted>(storage, 3000));
    all.back()->rdd.persist(i % 2 == 0 ? StorageLevel::MEMORY_ONLY : StorageLevel::MEMORY_AND_DISK);
  }
  std::vector<std::jthread> readers;
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const Counted& counted = *all[static_cast<std::size_t>((i + t) % 4)];
        EXPECT_EQ(counted.rdd.collect(), counted.records);
      }
    });
  }
  readers.clear();
  EXPECT_LE(storage.engine->memory().used(), 200'000U);
  all.clear();
  EXPECT_EQ(storage.engine->memory().used(), 0U);
  EXPECT_EQ(storage.files(), 0U);
}

/// What it makes must have been prepared for.
class Prepared final : public Node {
 public:
  Prepared(EnginePtr engine, std::vector<NodePtr> parents)
      : Node(std::move(engine), rddOperator("prepared"), std::move(parents), 2) {}
  bool isPrepared = false;

 protected:
  void prepareSelf() override { isPrepared = true; }
  ReaderPtr compute(int partition) override {
    EXPECT_TRUE(isPrepared);
    return parents()[0]->read(partition);
  }
};

// A job prepares nothing for what is stored, which may go while it runs.
TEST(CachedPartition, ThatHasGoneMeanwhileIsPreparedFor) {
  Storage storage(140'000);
  Counted first(storage, 3000), second(storage, 3000);
  auto prepared = std::make_shared<Prepared>(storage.engine, std::vector{first.rdd.node()});
  RDD<std::string> rdd(prepared);
  auto cached = rdd.map([](const std::string& word) { return word; }).cache();
  cached.count();
  prepared->isPrepared = false;
  second.rdd.cache().count();
  ASSERT_FALSE(cached.node()->storedSizes()[0].isStored);
  EXPECT_EQ(test::drain<std::string>(cached.node()->read(0)).size(), 1500U);
}

TEST(CachedPartition, ThatCannotBeComputedAgainGoesToTheDiskOrStays) {
  for (bool hasBytes : {true, false}) {
    Storage storage(100);
    Counted counted(storage, 3000);
    counted.rdd.node()->persist(StorageLevel::MEMORY_ONLY,
                                hasBytes ? storedForm<std::string>() : objectForm<std::string>(),
                                IfFull::kKeep);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(counted.rdd.collect(), counted.records);
    EXPECT_EQ(*counted.made, 2);
    EXPECT_EQ(whereIs(Storage::sizeOf(counted.rdd)), (Where{!hasBytes, hasBytes}));
    EXPECT_EQ(storage.engine->memory().used(), Storage::sizeOf(counted.rdd).memory);
  }
}

TEST(CachedPartition, ThatCannotBeComputedAgainGoesToTheDiskWhenOthersNeedTheMemory) {
  Storage storage(140'000);
  Counted first(storage, 3000), second(storage, 3000);
  for (Counted* counted : {&first, &second})
    counted->rdd.node()->persist(StorageLevel::MEMORY_ONLY, storedForm<std::string>(), IfFull::kKeep);
  first.rdd.count();
  second.rdd.count();
  EXPECT_EQ(storage.files(), 2U);
  EXPECT_EQ(first.rdd.collect(), first.records);
  EXPECT_EQ(*first.made, 2);
}

TEST(CachedPartition, ThatDoesNotFitIsNotCollectedBeforeItIsWritten) {
  constexpr long kAll = 100'000;
  Storage storage(100'000);
  auto rdd =
      test::rddOf<int>(storage.engine, std::vector<int>(kAll), 1).map([](int) { return test::Counted(); });
  rdd.persist(StorageLevel::MEMORY_AND_DISK);
  test::Counted::reset();
  EXPECT_EQ(rdd.count(), kAll);
  EXPECT_LT(test::Counted::peak(), kAll / 2);
}

/// Has no codec.
class Opaque {
 public:
  explicit Opaque(int number = 0) : number_(std::make_shared<int>(number)) {}
  int number() const { return *number_; }

 private:
  std::shared_ptr<int> number_;
};

TEST(CachedPartition, OfRecordsWithoutACodecIsKeptAsObjectsOnly) {
  Storage storage;
  auto rdd = test::rddOf<int>(storage.engine, {1, 2, 3}, 1).map([](int number) { return Opaque(number); });
  const auto failure = test::failureOf<Unsupported>([&] { rdd.persist(StorageLevel::MEMORY_AND_DISK); });
  EXPECT_NE(failure.find("specialise millrace::Codec"), std::string::npos) << failure;
  EXPECT_THROW(rdd.persist(StorageLevel::MEMORY_ONLY_SER), Unsupported);
  EXPECT_EQ(rdd.cache().map(&Opaque::number).collect(), (std::vector{1, 2, 3}));
}

}  // namespace
}  // namespace millrace::core
