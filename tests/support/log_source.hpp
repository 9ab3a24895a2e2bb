#pragma once

#include <millrace/dstream/input/partitioned_source.hpp>
#include <support/script.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

using Ints = std::vector<int>;

/// Numbers that a test writes into partitions, and that can be read again. Shared by the source and its partitions.
struct Logs {
  explicit Logs(int partitions) : numbers(static_cast<std::size_t>(partitions)) {}
  std::mutex mutex;
  std::vector<Ints> numbers;
  bool failsOnce = false;
};

class LogPartition final : public SourcePartition<int> {
 public:
  LogPartition(std::shared_ptr<Logs> logs, int partition)
      : logs_(std::move(logs)), partition_(static_cast<std::size_t>(partition)) {}
  void poll(PollRoom<int>& room) override {
    std::lock_guard lock(logs_->mutex);
    const Ints& numbers = logs_->numbers[partition_];
    while (at_ < numbers.size() && !room.full()) room.add(numbers[at_++]);
    if (std::exchange(logs_->failsOnce, false)) throw std::runtime_error("the connection is gone");
  }
  Position position() const override { return at_; }
  void seek(const Position& position) override { at_ = position.as<std::size_t>(); }

 private:
  const std::shared_ptr<Logs> logs_;
  const std::size_t partition_;
  std::size_t at_ = 0;
};

class LogSource final : public PartitionedSource<int> {
 public:
  explicit LogSource(int partitions) : logs_(std::make_shared<Logs>(partitions)) {}
  int partitions() const override { return static_cast<int>(logs_->numbers.size()); }
  std::unique_ptr<SourcePartition<int>> open(int partition) override {
    return std::make_unique<LogPartition>(logs_, partition);
  }
  std::string kind() const override { return "Log"; }

  void write(std::vector<Ints> more) {
    std::lock_guard lock(logs_->mutex);
    for (std::size_t i = 0; i < more.size(); ++i)
      logs_->numbers[i].insert(logs_->numbers[i].end(), more[i].begin(), more[i].end());
  }
  void failOnce() {
    std::lock_guard lock(logs_->mutex);
    logs_->failsOnce = true;
  }

 private:
  const std::shared_ptr<Logs> logs_;
};

inline Action write(const std::shared_ptr<LogSource>& source, std::vector<Ints> numbers) {
  return then([source, numbers = std::move(numbers)] { source->write(numbers); });
}

}  // namespace millrace::test
