#pragma once

#include <millrace/io/receiver_supervisor.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace::test {

/// What a receiver handed on, and what it went through: the place where tests wait for it.
class Received final : public core::BlockSink, public core::ReceiverEvents {
 public:
  void onBlock(int, core::BlockPtr block) override {
    std::unique_lock lock(mutex_);
    ++offered_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !full_; });
    blocks_.push_back(std::move(block));
    changed_.notify_all();
  }
  void onStarted(int) override { note("started"); }
  void onError(int, const core::ReceiverFailure& failure) override { note("error: " + text(failure)); }
  void onStopped(int, const core::ReceiverFailure& reason) override { note("stopped: " + text(reason)); }

  /// While it is full, storing a block waits.
  void setFull(bool full) {
    std::lock_guard lock(mutex_);
    full_ = full;
    changed_.notify_all();
  }
  bool isFull() const {
    std::lock_guard lock(mutex_);
    return full_;
  }

  std::vector<core::BlockPtr> blocks() const {
    std::lock_guard lock(mutex_);
    return blocks_;
  }
  std::vector<std::string> events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }
  std::size_t offered() const {
    std::lock_guard lock(mutex_);
    return offered_;
  }

  /// False if there are fewer records after a moment.
  bool hasRecords(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(2), [&] {
      std::size_t records = 0;
      for (const auto& block : blocks_) records += block->records();
      return records >= count;
    });
  }

  void awaitBlocks(std::size_t count) {
    await([&] { return blocks_.size() >= count; });
  }
  void awaitOffered(std::size_t count) {
    await([&] { return offered_ >= count; });
  }
  void awaitEvents(std::size_t count) {
    await([&] { return events_.size() >= count; });
  }

  /// The records of all blocks, in order.
  template <class T>
  std::vector<T> records() const {
    std::vector<T> records;
    for (const auto& block : blocks()) append(records, block);
    return records;
  }

  template <class T>
  static std::vector<T> recordsOf(const core::BlockPtr& block) {
    std::vector<T> records;
    append(records, block);
    return records;
  }

 private:
  template <class T>
  static void append(std::vector<T>& records, const core::BlockPtr& block) {
    auto reader = core::typed<T>(block->open());
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
      records.insert(records.end(), chunk.begin(), chunk.end());
    }
  }

  static std::string text(const core::ReceiverFailure& failure) {
    return failure.error.empty() ? failure.message : failure.message + " (" + failure.error + ")";
  }

  void note(std::string event) {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }

  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30), condition)) {
      throw std::runtime_error("30 s have passed; blocks: " + std::to_string(blocks_.size()) +
                               ", events: " + testing::PrintToString(events_));
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<core::BlockPtr> blocks_;
  std::vector<std::string> events_;
  std::size_t offered_ = 0;
  bool full_ = false;
};

}  // namespace millrace::test
