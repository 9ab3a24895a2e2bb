#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

template <class T>
std::vector<T> sorted(std::vector<T> records) {
  std::ranges::sort(records);
  return records;
}

/// The groups of (key, values) in order of the keys, the values in order.
template <class K, class V>
std::vector<std::pair<K, std::vector<V>>> sortedGroups(std::vector<std::pair<K, std::vector<V>>> groups) {
  for (auto& group : groups) std::ranges::sort(group.second);
  return sorted(std::move(groups));
}

/// Runs an action that must fail in a task of this operator, with this text.
template <class Action>
void expectFailureIn(const std::string& operatorName, const std::string& text, Action action) {
  try {
    action();
    ADD_FAILURE() << operatorName << " did not fail";
  } catch (const TaskFailure& failure) {
    EXPECT_EQ(failure.operatorName(), operatorName);
    EXPECT_NE(std::string(failure.what()).find(text), std::string::npos) << failure.what();
  }
}

/// An RDD that counts how often its partitions are read.
template <class T>
struct CountedReads {
  explicit CountedReads(const RDD<T>& from)
      : rdd(from.mapPartitions(
            [reads = count](auto& records) {
              ++*reads;
              std::vector<T> all;
              for (const T& record : records) all.push_back(record);
              return all;
            },
            true)) {}

  std::shared_ptr<std::atomic<int>> count = std::make_shared<std::atomic<int>>(0);
  RDD<T> rdd;
};

/// 90 % of the pairs have key 0.
inline std::vector<std::pair<int, int>> skewedPairs(int count) {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < count; ++i) pairs.emplace_back(i % 10 == 0 ? i : 0, i);
  return pairs;
}

}  // namespace millrace::test
