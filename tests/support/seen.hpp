#pragma once

#include <support/streams.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

/// What outputs have seen in the batches of a program, over all its runs. A batch that runs again has to show what it has shown
/// before. Copies mean the same.
class Seen {
 public:
  /// Notes the records of a stream, in any order, under a name.
  template <class T>
  void watch(const std::string& name, const DStream<T>& stream) const {
    stream.foreachRDD([state = state_, name](const RDD<T>& rdd, Time time) {
      std::vector<owned_t<T>> records;
      for (auto& partition : partitionsOf(rdd))
        records.insert(records.end(), partition.begin(), partition.end());
      std::ranges::sort(records);
      state->add(name, time.milliseconds(), testing::PrintToString(records));
    });
  }

  /// The records of a batch, as gtest prints them; empty if it has not run.
  std::string of(const std::string& name, std::int64_t time) const {
    std::lock_guard lock(state_->mutex);
    return state_->batches[name][time].records;
  }
  /// How often it has run.
  int runs(const std::string& name, std::int64_t time) const {
    std::lock_guard lock(state_->mutex);
    return state_->batches[name][time].runs;
  }
  /// All batches of an output, in the order of their times.
  std::vector<std::string> all(const std::string& name) const {
    std::lock_guard lock(state_->mutex);
    std::vector<std::string> all;
    for (const auto& [time, batch] : state_->batches[name])
      if (batch.runs > 0) all.push_back(batch.records);
    return all;
  }

 private:
  struct Batch {
    std::string records;
    int runs = 0;
  };
  struct State {
    void add(const std::string& name, std::int64_t time, std::string records) {
      std::lock_guard lock(mutex);
      Batch& batch = batches[name][time];
      if (batch.runs++ == 0) {
        batch.records = std::move(records);
      } else {
        EXPECT_EQ(records, batch.records) << name << " in batch " << time << " ms, when it ran again";
      }
    }

    std::mutex mutex;
    std::map<std::string, std::map<std::int64_t, Batch>> batches;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace millrace::test
