#include <millrace/dstream/state/two_stacks.hpp>
#include <millrace/rdd/core/records/key_form.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using Batch = std::map<std::string, std::string>;

BlockPtr blockOf(const Batch& batch) {
  auto block = std::make_shared<TableBlock<std::string, std::string>>();
  for (const auto& [key, value] : batch)
    block->table.upsert(
        KeyForm<std::string>::probe(key), [&] { return value; }, [](std::string&) {});
  return block;
}

Batch contents(const Table<std::string, std::string>& table) {
  Batch all;
  for (const auto& [key, value] : table) all.emplace(KeyForm<std::string>::load(key), value);
  return all;
}

Batch foldOf(const std::deque<Batch>& batches) {
  Batch all;
  for (const Batch& batch : batches) {
    for (const auto& [key, value] : batch) all[key] += value;
  }
  return all;
}

Batch randomBatch(std::mt19937& random) {
  Batch batch;
  for (std::size_t i = random() % 6; i > 0; --i) {
    const std::string name(random() % 2 == 0 ? "k" : "a key beyond twelve bytes ");
    batch[name + std::to_string(random() % 5)] = std::string(1, static_cast<char>('a' + random() % 26));
  }
  return batch;
}

// Texts that are joined are associative but not commutative, so that the order of folds shows too.
TEST(TwoStacks, HoldTheFoldOfAQueueOfBatches) {
  const test::Seed seed;
  std::mt19937 random(seed);
  std::plus<std::string> join;
  for (int round = 0; round < 300; ++round) {
    const std::size_t most = 1 + random() % 12;
    SCOPED_TRACE("window of " + std::to_string(most));
    TwoStacks<std::string, std::string> stacks(most);
    Table<std::string, std::string> table;
    std::deque<Batch> held;
    for (int step = 0; step < 60; ++step) {
      if (!held.empty() && (held.size() >= most || random() % 8 == 0)) {
        stacks.pop(table, join);
        held.pop_front();
      } else {
        held.push_back(randomBatch(random));
        stacks.push(blockOf(held.back()), table, join);
      }
      ASSERT_EQ(contents(table), foldOf(held)) << "step " << step;
    }
    while (!held.empty()) {
      stacks.pop(table, join);
      held.pop_front();
      ASSERT_EQ(contents(table), foldOf(held));
    }
  }
}

// What a slide folds is what enters, what leaves, and a share of what has to be turned: never the whole window.
TEST(TwoStacks, NeverFoldAWholeWindowAtOnce) {
  constexpr std::size_t kWindow = 60;
  std::size_t folds = 0, most = 0;
  auto join = [&](std::string a, const std::string&) {
    ++folds;
    return a;
  };
  TwoStacks<std::string, std::string> stacks(kWindow);
  Table<std::string, std::string> table;
  Batch batch;
  for (int key = 0; key < 10; ++key) batch[std::to_string(key)] = "x";
  for (std::size_t step = 0; step < 5 * kWindow; ++step) {
    folds = 0;
    if (step >= kWindow) stacks.pop(table, join);
    stacks.push(blockOf(batch), table, join);
    most = std::max(most, folds);
  }
  EXPECT_LE(most, 7 * batch.size());
}

TEST(TwoStacks, ForgetEverythingWhenCleared) {
  std::plus<std::string> join;
  TwoStacks<std::string, std::string> stacks(3);
  Table<std::string, std::string> table;
  for (int i = 0; i < 5; ++i) stacks.push(blockOf({{"a", "x"}}), table, join);
  stacks.clear();
  table.clear();
  stacks.push(blockOf({{"a", "y"}}), table, join);
  EXPECT_EQ(contents(table), (Batch{{"a", "y"}}));
  stacks.pop(table, join);
  EXPECT_TRUE(table.empty());
}

}  // namespace
}  // namespace millrace::core
