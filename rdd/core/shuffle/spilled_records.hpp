#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Writes records as one run. `Records` is a RecordVector.
template <class Records>
void writeRecords(const Records& records, SpillWriter& to) {
  for (const auto& record : records) to.add(0, [&](ByteWriter& bytes) { writeValue(bytes, record); });
}

/// Reads the records of the block that `from` has loaded.
template <class T>
PooledVector<T> readRecords(SpillReader& from) {
  PooledVector<T> records;
  records.reserve(from.records());
  for (std::uint32_t left = from.records(); left > 0; --left) records.push_back(readValue<T>(from.bytes()));
  return records;
}

/// Gives the records of a partition's runs, one run after another.
template <class T>
class RunsReader final : public Reader<T> {
 public:
  explicit RunsReader(SpilledPartition partition) : partition_(std::move(partition)), out_(chunkSize()) {}

  Chunk<T> next() override {
    return inOperator(partition_.home->info(), [&] {
      out_.clear();
      while (left_ == 0 && nextBlock()) left_ = run_->records();
      for (; left_ > 0 && !out_.full(); --left_) out_.add([&] { return readValue<T>(run_->bytes()); });
      giveRecords(out_.size());
      return out_.chunk();
    });
  }

 private:
  bool nextBlock() {
    for (;;) {
      if (run_ && run_->next()) return true;
      if (next_ == partition_.parts.size()) return false;
      const auto& part = partition_.parts[next_++];
      run_ = std::make_unique<SpillReader>(part.file, part.firstRun);
    }
  }

  const SpilledPartition partition_;
  std::size_t next_ = 0;
  std::unique_ptr<SpillReader> run_;
  std::uint32_t left_ = 0;
  Buffer<T> out_;
};

/// A partition that is read from the disk as it was written.
template <class T>
class SpilledRecords final : public Block {
 public:
  explicit SpilledRecords(SpilledPartition partition) : partition_(std::move(partition)) {}

  ReaderPtr open() const override { return std::make_unique<RunsReader<T>>(partition_); }
  std::size_t records() const override { return 0; }
  std::size_t bytes() const override { return 0; }

 private:
  const SpilledPartition partition_;
};

}  // namespace millrace::core
