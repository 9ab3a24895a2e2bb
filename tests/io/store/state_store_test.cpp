#include <millrace/io/store/state_store.hpp>

#include <millrace/base/error.hpp>

#include "io/store/state_program.hpp"
#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using stored::blob;
using stored::blobOf;
using stored::commitAndSettle;
using stored::delta;
using stored::State;
using stored::stateOf;
using test::failureOf;

const std::string kStore = "/store";

class StateStoreTest : public testing::Test {
 protected:
  test::MemoryFileSystem memory;
  test::FaultyFileSystem files{memory};
};

TEST_F(StateStoreTest, HoldsWhatKeysHadInEachVersion) {
  StateStore store(files, kStore);
  EXPECT_EQ(store.versions(), std::vector<std::uint64_t>());
  const CommitResult first = commitAndSettle(
      store, {3, {delta("1 counts", 0, {{"a", "1"}, {"b", "2"}}), delta("2", 1, {{"a", ""}})}, "three", {}});
  EXPECT_EQ(first.failure, nullptr);
  EXPECT_EQ(first.version, 3u);
  EXPECT_EQ(first.changes, 3u);
  EXPECT_GT(first.bytes, 10u);
  commitAndSettle(store, {7, {delta("1 counts", 1, {{"c", "3"}, {"b", std::nullopt}})}, "seven", {}});
  for (const bool again : {false, true}) {
    SCOPED_TRACE(again);
    EXPECT_EQ(store.versions(), (std::vector<std::uint64_t>{3, 7}));
    EXPECT_EQ(store.metadata(3), "three");
    EXPECT_EQ(store.metadata(7), "seven");
    EXPECT_EQ(stateOf(store, "1 counts", 3), (State{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(stateOf(store, "1 counts", 7), (State{{"a", "1"}, {"c", "3"}}));
    EXPECT_EQ(stateOf(store, "2", 7), (State{{"a", ""}}));
    EXPECT_EQ(stateOf(store, "none", 7), State());
    EXPECT_EQ(store.operators(3), (std::vector<std::string>{"1 counts", "2"}));
    State ofOne;
    store.load("1 counts", 1, 7,
               [&](std::string_view key, std::string_view value) { ofOne.emplace(key, value); });
    EXPECT_EQ(ofOne, (State{{"c", "3"}}));
    EXPECT_EQ(failureOf<IllegalArgument>([&] { store.metadata(5); }),
              "/store holds no version 5: its versions are 3 to 7");
  }
}

TEST_F(StateStoreTest, ACommitIsTwoSyncsWhateverTheGraphAndThreeWithBlobs) {
  StateStore store(files, kStore);
  StateCommit commit{1, {}, "", {}};
  for (int name = 0; name < 10; ++name)
    for (int partition = 0; partition < 8; ++partition)
      commit.deltas.push_back(delta(std::to_string(name), partition, {{std::to_string(partition), "x"}}));
  int before = memory.syncs();
  commitAndSettle(store, commit);
  EXPECT_EQ(memory.syncs() - before, 2);
  commit.version = 2;
  commit.blobs = {blob("a", "1"), blob("b", "2")};
  before = memory.syncs();
  commitAndSettle(store, commit);
  EXPECT_EQ(memory.syncs() - before, 3);
  before = memory.syncs();
  commitAndSettle(store, {3, {}, "nothing changed", {{"a", nullptr}}});
  EXPECT_EQ(memory.syncs() - before, 1);
}

TEST_F(StateStoreTest, AWholeStateReplacesTheOneBefore) {
  StateStore store(files, kStore);
  commitAndSettle(store, {1, {delta("op", 0, {{"a", "1"}}), delta("op", 1, {{"b", "1"}})}, "", {}});
  commitAndSettle(store, {2, {delta("op", 0, {{"c", "2"}}, true)}, "", {}});
  EXPECT_EQ(stateOf(store, "op", 1), (State{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(stateOf(store, "op", 2), (State{{"c", "2"}}));
  commitAndSettle(store, {3, {delta("op", 0, {}, true)}, "", {}});
  EXPECT_EQ(store.operators(3), std::vector<std::string>());
  EXPECT_EQ(failureOf<IllegalArgument>([&] {
              store.commit({4, {delta("op", 0, {}, true), delta("op", 1, {})}, "", {}}, nullptr);
            }),
            "version 4 of op has whole partitions and others that are not: hand over all of them whole");
  EXPECT_EQ(failureOf<IllegalArgument>([&] {
              store.commit({3, {}, "", {}}, nullptr);
            }),
            "version 3 of /store comes after version 3: give each commit a larger one");
}

TEST_F(StateStoreTest, ABlobIsWrittenOnceAndGoesWithTheLastVersionThatNeedsIt) {
  StateStore store(files, kStore);
  const std::string large(200'000, 'l');
  int written = 0;
  commitAndSettle(store, {1, {}, "", {blob("large", large), {"counted", [&](std::ostream& out) {
                                                               ++written;
                                                               out << "x";
                                                             }}}});
  commitAndSettle(store, {2, {}, "", {{"large", nullptr}, {"counted", [&](std::ostream&) { ++written; }}}});
  EXPECT_EQ(written, 1);
  EXPECT_EQ(blobOf(store, "large", 2), large);
  EXPECT_EQ(blobOf(store, "counted", 2), "x");
  store.keepFrom(3);
  for (std::uint64_t v = 3; v < 6; ++v) commitAndSettle(store, {v, {}, "", {}});
  EXPECT_LT(memory.bytes(), 2'000u);
  EXPECT_EQ(failureOf<IllegalArgument>([&] { blobOf(store, "large", 5); }),
            "version 5 of /store refers to no blob of the name large");
  const CommitResult missing = commitAndSettle(store, {6, {}, "", {{"large", nullptr}}});
  EXPECT_EQ(failureOf<IllegalArgument>([&] { std::rethrow_exception(missing.failure); }),
            "the blob large is neither in /store nor given with the version that needs it");
}

TEST_F(StateStoreTest, EncodingIsNotTheCallersWork) {
  class Asked final : public StateDelta {
   public:
    void writeTo(DeltaSink& sink) const override {
      sink.put("thread", std::this_thread::get_id() == caller ? "caller" : "store");
    }
    std::size_t changes() const override { return 1; }
    bool isWhole() const override { return false; }
    const std::thread::id caller = std::this_thread::get_id();
  };
  StateStore store(files, kStore);
  commitAndSettle(store, {1, {{"op", 0, std::make_shared<Asked>()}}, "", {}});
  EXPECT_EQ(stateOf(store, "op", 1), (State{{"thread", "store"}}));
}

TEST_F(StateStoreTest, GoesBackToTheVersionThatTheCallersLogNames) {
  {
    StateStore store(files, kStore);
    for (std::uint64_t v = 1; v <= 3; ++v)
      commitAndSettle(store, {v,
                              {delta("op", 0, {{"key", std::to_string(v)}, {std::to_string(v), ""}})},
                              "",
                              {blob("b" + std::to_string(v), "old")}});
  }
  StateStore store(files, kStore);
  store.goBackTo(1);
  EXPECT_EQ(store.versions(), std::vector<std::uint64_t>{1});
  commitAndSettle(store, {2, {delta("op", 0, {{"2nd", ""}})}, "", {blob("b2", "new")}});
  EXPECT_EQ(stateOf(store, "op", 2), (State{{"key", "1"}, {"1", ""}, {"2nd", ""}}));
  EXPECT_EQ(blobOf(store, "b2", 2), "new");
}

TEST_F(StateStoreTest, BeginsAnewForACallerWhoseLogNamesNoVersion) {
  {
    StateStore store(files, kStore);
    commitAndSettle(store, {5, {delta("op", 0, {{"old", ""}})}, "", {blob("b", "old")}});
  }
  StateStore store(files, kStore);
  store.clear();
  EXPECT_EQ(store.versions(), std::vector<std::uint64_t>());
  commitAndSettle(store, {1, {delta("op", 0, {{"new", ""}})}, "", {blob("b", "new")}});
  EXPECT_EQ(stateOf(store, "op", 1), (State{{"new", ""}}));
  EXPECT_EQ(blobOf(store, "b", 1), "new");
}

TEST_F(StateStoreTest, AFullDiskCostsOnlyTheVersionsMeanwhile) {
  StateStore store(files, kStore);
  commitAndSettle(store, {1, {delta("op", 0, {{"a", "1"}})}, "", {}});
  files.fullAfter(10);
  const CommitResult failed =
      commitAndSettle(store, {2, {delta("op", 0, {{"a", "2"}, {"b", "2"}})}, "", {blob("two", "2")}});
  EXPECT_NE(failureOf<SparkException>([&] { std::rethrow_exception(failed.failure); }).find("No space left"),
            std::string::npos);
  commitAndSettle(store, {3, {delta("op", 1, {{"b", std::nullopt}, {"c", "3"}})}, "", {{"two", nullptr}}});
  EXPECT_EQ(store.versions(), std::vector<std::uint64_t>{1});
  files.fullAfter(1'000'000);
  EXPECT_EQ(commitAndSettle(store, {4, {delta("op", 0, {{"d", "4"}})}, "", {{"two", nullptr}}}).failure,
            nullptr);
  EXPECT_EQ(stateOf(store, "op", 4), (State{{"a", "2"}, {"c", "3"}, {"d", "4"}}));
  EXPECT_EQ(blobOf(store, "two", 4), "2");
}

TEST_F(StateStoreTest, WhoWasTakenOverCommitsNothing) {
  StateStore paused(files, kStore, stored::StateProgram::settings());
  commitAndSettle(paused, {1, {delta("op", 0, {{"a", "1"}})}, "", {}});
  memory.remove(kStore + "/lock");
  StateStore next(files, kStore);
  const CommitResult refused = commitAndSettle(paused, {2, {delta("op", 0, {{"a", "2"}})}, "", {}});
  EXPECT_NE(failureOf<SparkException>([&] {
              std::rethrow_exception(refused.failure);
            }).find("was taken over by process"),
            std::string::npos);
  commitAndSettle(next, {2, {delta("op", 0, {{"b", "2"}})}, "", {}});
  EXPECT_EQ(stateOf(next, "op", 2), (State{{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(failureOf<SparkException>([&] { StateStore(files, kStore); }).find("is in use by process"),
            std::string::npos);
}

TEST_F(StateStoreTest, OfTwoOwnersNoCommitIsMixedWhateverCallTheOtherOneComesBefore) {
  for (int n = 1;; ++n) {
    test::MemoryFileSystem disk;
    std::unique_ptr<StateStore> next;
    test::FaultyFileSystem hooked(disk);
    StateStore paused(hooked, kStore);
    commitAndSettle(paused, {1, {delta("op", 0, {{"a", "1"}})}, "", {}});
    const int before = hooked.calls();
    hooked.beforeCall(n, [&] {
      disk.remove(kStore + "/lock");
      next = std::make_unique<StateStore>(disk, kStore);
    });
    const bool acknowledged =
        commitAndSettle(paused, {2, {delta("op", 0, {{"a", "2"}})}, "", {}}).failure == nullptr;
    if (hooked.calls() - before < n) break;
    ASSERT_NE(next, nullptr);
    const std::uint64_t newest = next->versions().back();
    if (acknowledged) {
      EXPECT_EQ(newest, 2u) << n;
    }
    EXPECT_EQ(stateOf(*next, "op", newest), (State{{"a", std::to_string(newest)}})) << n;
    commitAndSettle(*next, {3, {delta("op", 0, {{"b", "3"}})}, "", {}});
    next = nullptr;
    const StateStore again(disk, kStore);
    EXPECT_EQ(stateOf(again, "op", 3), (State{{"a", std::to_string(newest)}, {"b", "3"}})) << n;
  }
}

TEST_F(StateStoreTest, TheDiskHoldsAtMostTwiceTheStateAndADelta) {
  StateStore::Settings settings{0, 4'000, 4'000};
  StateStore store(files, kStore, settings);
  std::mt19937 random(1);
  State live;
  std::uint64_t most = 0, largestDelta = 0, largestState = 0;
  for (std::uint64_t v = 1; v <= 150; ++v) {
    stored::WrittenDelta::Changes changes;
    for (int i = 0; i < (v == 1 ? 2'000 : 60); ++i) {
      const std::string key = "key" + std::to_string(random() % 2'000);
      changes[key] = random() % 4 == 0 ? std::nullopt : std::optional(std::string(20, 'v'));
    }
    for (const auto& [key, value] : changes) {
      if (value)
        live[key] = *value;
      else
        live.erase(key);
    }
    store.keepFrom(v);
    const std::uint64_t bytes = commitAndSettle(store, {v, {delta("op", 0, changes)}, "", {}}).bytes;
    if (v > 1) largestDelta = std::max(largestDelta, bytes);
    std::uint64_t state = 0;
    for (const auto& [key, value] : live) state += key.size() + value.size() + 3;
    largestState = std::max(largestState, state);
    most = std::max(most, memory.bytes());
  }
  EXPECT_LT(most, 2 * largestState + largestDelta + 2 * settings.pieceBytes);
  EXPECT_LT(memory.mostBytes(), 2 * largestState + largestDelta + 4 * settings.pieceBytes);
  EXPECT_EQ(stateOf(store, "op", 150), live);
}

TEST_F(StateStoreTest, ManySmallDeltasBecomeFewFiles) {
  StateStore store(files, kStore);
  stored::WrittenDelta::Changes changes;
  for (int i = 0; i < 5'000; ++i) changes["key" + std::to_string(i)] = "value";
  commitAndSettle(store, {1, {delta("op", 0, changes)}, "", {}});
  for (std::uint64_t v = 2; v <= 200; ++v) {
    store.keepFrom(v);
    commitAndSettle(store, {v,
                            {delta("op", 0,
                                   {{"key" + std::to_string(v % 7), std::to_string(v)},
                                    {"key" + std::to_string(100 + v), std::nullopt}})},
                            "",
                            {}});
  }
  EXPECT_LE(memory.list(kStore).size(), 30u);
  EXPECT_EQ(stateOf(store, "op", 200).at("key4"), "200");
  EXPECT_EQ(stateOf(store, "op", 200).size(), 5'000u - 199u);
}

TEST_F(StateStoreTest, WhatDeadAttemptsLeftIsRemovedAndWhatIsNotItsOwnStays) {
  { StateStore store(files, kStore); }
  for (const char* name : {"state-1-77", "state-1-78.tmp", "blobs-9-1", "notes", "received-1-1.x"})
    memory.put(kStore + "/" + name, "x");
  StateStore store(files, kStore);
  EXPECT_EQ(memory.read(kStore + "/state-1-77"), "x") << "before the caller has seen the versions";
  for (std::uint64_t v = 1; v < 3; ++v) commitAndSettle(store, {v, {}, "", {}});
  std::set<std::string> names;
  for (const std::string& name : memory.list(kStore)) names.insert(name.substr(0, name.find_last_of("-")));
  EXPECT_EQ(names, (std::set<std::string>{"lock", "manifest-10", "notes", "owner-10", "received-1"}));
}

TEST_F(StateStoreTest, DoesWhatAModelDoes) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 6; ++round) {
    test::MemoryFileSystem disk;
    const StateStore::Settings settings{random() % 2 * 500, 100 + random() % 1'000, 64 + random() % 2'000};
    auto store = std::make_unique<StateStore>(disk, kStore, settings);
    std::map<std::uint64_t, std::map<std::string, State>> versions;
    std::map<std::string, State> now;
    std::uint64_t version = 0, from = 0;
    for (int step = 0; step < 60; ++step) {
      switch (random() % 10) {
        case 0:
          store = nullptr;
          from = 0;
          store = std::make_unique<StateStore>(disk, kStore, settings);
          break;
        case 1:
          if (version > 0) store->keepFrom(from = version - std::min<std::uint64_t>(version, random() % 4));
          break;
        case 2:
          if (!versions.empty()) {
            auto back = versions.begin();
            std::advance(back, random() % versions.size());
            store->settle();
            store->goBackTo(version = back->first);
            from = std::min(from, version);
            now = back->second;
            versions.erase(std::next(back), versions.end());
          }
          break;
        case 3:
          store->settle();
          break;
        default: {
          StateCommit commit{version += 1 + random() % 3, {}, std::to_string(step), {}};
          for (const char* name : {"a", "b", "c"}) {
            const bool isWhole = random() % 8 == 0;
            if (isWhole) now[name].clear();
            std::map<int, stored::WrittenDelta::Changes> parts;
            for (std::uint64_t i = random() % 20; i > 0; --i) {
              const std::string key = std::to_string(random() % 50);
              auto& change = parts[static_cast<int>(key.size() + static_cast<std::size_t>(key[0])) % 3][key];
              change = random() % 3 == 0 ? std::nullopt : std::optional(std::string(random() % 30, 'v'));
              if (change)
                now[name][key] = *change;
              else
                now[name].erase(key);
            }
            if (isWhole) parts[0];
            for (auto& [partition, changes] : parts)
              commit.deltas.push_back(delta(name, partition, std::move(changes), isWhole));
          }
          std::promise<void> done;
          store->commit(std::move(commit), [&](const CommitResult& result) {
            EXPECT_EQ(result.failure, nullptr);
            done.set_value();
          });
          done.get_future().get();
          versions[version] = now;
          versions.erase(versions.begin(), versions.lower_bound(from));
        }
      }
      std::vector<std::uint64_t> held;
      for (const auto& [number, states] : versions) held.push_back(number);
      ASSERT_EQ(store->versions(), held);
      if (versions.empty()) continue;
      auto some = versions.begin();
      std::advance(some, random() % versions.size());
      for (const auto& [name, state] : some->second) ASSERT_EQ(stateOf(*store, name, some->first), state);
    }
  }
}

}  // namespace
}  // namespace millrace::core
