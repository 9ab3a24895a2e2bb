#include <millrace/rdd/core/shuffle/exchange.hpp>

#include <millrace/base/error.hpp>

#include "support/engines.hpp"
#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

TEST(RecordExchange, DealsRecordsRoundRobin) {
  RecordExchange<int, RoundRobin> spec;
  auto writer = spec.writer(0, 3);
  writer->drain(*test::chunksReader<int>({{0, 1, 2, 3}, {4, 5, 6, 7, 8}}));
  auto files = writer->finish();
  ASSERT_EQ(files.size(), 3u);
  std::vector<std::vector<int>> outputs;
  for (auto& file : files) {
    auto merger = spec.merger();
    merger->add(0, std::move(file));
    outputs.push_back(test::drain<int>(merger->finish()->open()));
  }
  std::ranges::sort(outputs);
  EXPECT_EQ(outputs, (std::vector<std::vector<int>>{{0, 3, 6}, {1, 4, 7}, {2, 5, 8}}));
}

TEST(RecordExchange, MergesTasksInTheirOrder) {
  RecordExchange<int, RoundRobin> spec;
  auto merger = spec.merger();
  for (int task = 0; task < 3; ++task) {
    auto writer = spec.writer(0, 1);
    writer->drain(*test::chunksReader<int>({{task, task * 10}}));
    merger->add(0, std::move(writer->finish().front()));
  }
  EXPECT_EQ(test::drain<int>(merger->finish()->open()), (std::vector<int>{0, 0, 1, 10, 2, 20}));
}

TEST(RecordExchange, OwnsTheTextOfItsRecords) {
  RecordExchange<std::string_view, RoundRobin> spec;
  auto writer = spec.writer(0, 1);
  {
    std::string text = "a text that nobody keeps for it";
    writer->drain(*test::chunksReader<std::string_view>({{text}}));
    text.assign(text.size(), '!');
  }
  auto merger = spec.merger();
  merger->add(0, std::move(writer->finish().front()));
  EXPECT_EQ(test::drain<std::string>(merger->finish()->open()),
            (std::vector<std::string>{"a text that nobody keeps for it"}));
}

// Many partitions with a single record each must not all fill the first outputs.
TEST(RecordExchange, BeginsElsewhereInEachTask) {
  auto rdd = test::rddOf<int>(test::makeEngine(), std::vector<int>(200, 1), 200);
  std::vector<std::size_t> sizes;
  for (const auto& partition : test::partitionsOf(RDD<int>(exchangeNode(
           rddOperator("repartition"), rdd.node(), std::make_shared<RecordExchange<int, RoundRobin>>(), 4))))
    sizes.push_back(partition.size());
  EXPECT_GT(*std::ranges::min_element(sizes), 30u);
  EXPECT_LT(*std::ranges::max_element(sizes), 70u);
}

TEST(ExchangeNode, RefusesFewerThanOneOutput) {
  auto rdd = test::rddOf<int>(test::makeEngine(), {1}, 1);
  try {
    exchangeNode(rddOperator("repartition"), rdd.node(), std::make_shared<RecordExchange<int, RoundRobin>>(),
                 0);
    FAIL();
  } catch (const IllegalArgument& error) {
    EXPECT_STREQ(error.what(), "repartition into 0 partitions: give at least 1");
  }
}

}  // namespace
}  // namespace millrace::core
