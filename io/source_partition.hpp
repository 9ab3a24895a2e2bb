#pragma once

#include <millrace/base/held_bytes.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/io/position.hpp>
#include <millrace/io/record_block.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace millrace {

namespace core {

/// The part of a SourcePartition that does not depend on its record type.
class SourcePartitionBase {
 public:
  SourcePartitionBase();
  virtual ~SourcePartitionBase();
  SourcePartitionBase(const SourcePartitionBase&) = delete;
  SourcePartitionBase& operator=(const SourcePartitionBase&) = delete;

  /// Where the next poll goes on: behind the last record that was polled.
  virtual Position position() const = 0;
  /// Goes to a position that `position` gave, of this object or of one before it. The next poll begins there.
  virtual void seek(const Position& position) = 0;
  /// How long to wait after a poll that gave nothing, unless `notify` is called.
  virtual std::chrono::milliseconds pollInterval() const { return std::chrono::milliseconds(10); }

  /// Says that there is something to poll; any thread.
  void notify();

  // For the engine.
  static constexpr std::size_t kMostRecords = 4096;  // of one poll
  virtual BlockPtr pollBlock(std::size_t mostRecords) = 0;
  /// So many polls more give all that is there now.
  virtual std::size_t pollsLeft() const { return 0; }
  void onNotify(std::function<void()> wake);

 private:
  struct Wake;
  const std::unique_ptr<Wake> wake_;
};

/// Opens a partition of a source.
using OpenSourcePartition = std::function<std::unique_ptr<SourcePartitionBase>(int partition)>;

}  // namespace core

/// What a source may give in one poll: so many records (fewer where a rate is set), or so many bytes, whichever is reached
/// first.
template <class T>
class PollRoom {
 public:
  static constexpr std::size_t kMostRecords = core::SourcePartitionBase::kMostRecords;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  explicit PollRoom(std::size_t mostRecords = kMostRecords) : most_(std::min(mostRecords, kMostRecords)) {}

  void add(T record) {
    bytes_ += sizeof(T) + heldBytes(record);
    records_.push_back(std::move(record));
  }
  /// How many records may still come; none once the bytes are reached.
  std::size_t records() const {
    return bytes_ < kMostBytes && records_.size() < most_ ? most_ - records_.size() : 0;
  }
  bool full() const { return records() == 0; }

  core::BlockPtr take() { return core::blockOf(std::exchange(records_, {})); }

 private:
  std::size_t most_;
  core::RecordVector<T> records_;
  std::size_t bytes_ = 0;
};

/// One part of a source that is asked for its records, and that can be read again from a position: a partition of a topic, a
/// log, a table's changes. The engine polls it on a thread of its own, one call at a time.
///
///     class Count : public SourcePartition<long> {
///      public:
///       void poll(PollRoom<long>& room) override { while (!room.full()) room.add(next_++); }
///       Position position() const override { return next_; }
///       void seek(const Position& position) override { next_ = position.as<long>(); }
///      private:
///       long next_ = 0;
///     };
///
/// What poll throws is logged; after spark.streaming.receiverRestartDelay, later after longer ones, the partition is opened
/// anew and sent to the position behind the last records that the engine took.
template <class T>
class SourcePartition : public core::SourcePartitionBase {
 public:
  static_assert(kIsOwned<T> && core::kCanBeKept<T>,
                "A source's records are kept: use the owned type, std::string for std::string_view.");

  /// Adds the records that are there now, in order, as long as there is room. Adds none if there are none, and does not wait
  /// for any.
  virtual void poll(PollRoom<T>& room) = 0;

 private:
  core::BlockPtr pollBlock(std::size_t mostRecords) final {
    PollRoom<T> room(mostRecords);
    poll(room);
    return room.take();
  }
};

}  // namespace millrace
