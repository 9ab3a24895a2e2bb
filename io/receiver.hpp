#pragma once

#include <millrace/base/held_bytes.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/io/receiver_base.hpp>
#include <millrace/io/record_block.hpp>
#include <millrace/io/serialized_block.hpp>

#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <utility>

namespace millrace {

/// A source of one's own. Derive, start receiving in onStart, end it in onStop, and hand records on with `store`:
///
///     class Ticks : public Receiver<int> {
///      public:
///       Ticks() : Receiver(StorageLevel::MEMORY_ONLY) {}
///       void onStart() override { thread_ = std::jthread([this] { for (int i = 0; !isStopped(); ++i) store(i); }); }
///       void onStop() override {}
///      private:
///       std::jthread thread_;
///     };
///
/// The object is destroyed after its last onStop. Threads that it joins in its destructor must end by themselves then.
template <class T>
class Receiver : public core::ReceiverBase {
  static_assert(kIsOwned<T> && core::kCanBeKept<T>,
                "A receiver keeps what it stores: use the owned type, std::string for std::string_view.");

 public:
  using core::ReceiverBase::ReceiverBase;

  /// Stores one record. It goes into the block of the current interval: it is received, but not yet stored safely, when
  /// this returns. Waits for the rate limit, and while more is stored than the program takes in. SparkException after the receiver has ended.
  void store(T record) {
    addData([&] {
      const std::size_t bytes = sizeof(T) + heldBytes(record);
      records_.push_back(std::move(record));
      return bytes;
    });
  }

  /// Stores many records, those of a container or of any other range, as one block, and returns when that is stored. Not
  /// rate limited. Where receivers have a log (spark.streaming.receiver.writeAheadLog.enable) it is durable then; SparkException
  /// if it could not be written.
  template <std::ranges::input_range R>
    requires(std::constructible_from<T, std::ranges::range_reference_t<R>> && !std::convertible_to<R, T>)
  void store(R&& records) {
    if constexpr (std::same_as<R, core::RecordVector<T>>) {
      storeBlock(core::blockOf(std::move(records)));
    } else {
      core::RecordVector<T> copies;
      for (auto&& record : records) copies.emplace_back(std::forward<decltype(record)>(record));
      storeBlock(core::blockOf(std::move(copies)));
    }
  }

  /// The same for records that are serialized already; they are read when somebody asks for them. BadRecord if the bytes
  /// cannot hold as many records as they say. (Spark: store(bytes))
  template <std::same_as<SerializedRecords> Records>
  void store(Records records) {
    storeBlock(core::serializedBlock<T>(std::move(records.bytes), "stream " + std::to_string(streamId())));
  }

 private:
  core::BlockPtr takeBlock() final {
    auto size = records_.size();
    auto block = core::blockOf(std::exchange(records_, {}));
    records_.reserve(size);
    return block;
  }

  core::RecordVector<T> records_;
};

}  // namespace millrace
