#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

/// Records that are bytes already: their number, and then the records, as Codec<std::vector<T>> writes them.
struct SerializedRecords {
  std::string bytes;
};

namespace core {

/// The bytes of SerializedRecords. They are read whenever records are asked for; where they make no sense the block ends, and
/// the log says so once.
class SerializedBytes {
 public:
  /// BadRecord if the bytes cannot hold as many records as they say. `origin` is for the log.
  SerializedBytes(std::string bytes, std::string origin);

  std::size_t records() const { return records_; }
  std::size_t bytes() const { return bytes_.capacity(); }
  const std::string& all() const { return bytes_; }
  /// Reads the first record.
  ByteReader open() const { return ByteReader(std::string_view(bytes_).substr(start_)); }
  void damaged(const std::string& what, std::size_t recordsLost) const;

 private:
  const std::string bytes_;
  const std::string origin_;
  std::size_t start_;
  std::size_t records_;
  mutable std::atomic<bool> saidSo_ = false;
};

/// Reads a record; a text as a view of its bytes.
template <class T>
T readShown(ByteReader& from) {
  if constexpr (std::same_as<T, std::string_view>) {
    return from.bytes(from.varint());
  } else {
    return readValue<T>(from);
  }
}

/// Such bytes as a partition of records of type T; of views, where T is std::string_view.
template <class T>
class SerializedBlock final : public Block {
 public:
  SerializedBlock(std::string bytes, std::string origin) : held_(std::move(bytes), std::move(origin)) {}

  ReaderPtr open() const override { return std::make_unique<SerializedReader>(held_); }
  std::size_t records() const override { return held_.records(); }
  std::size_t bytes() const override { return held_.bytes(); }
  const std::string& serialized() const { return held_.all(); }

 private:
  class SerializedReader final : public Reader<T> {
   public:
    explicit SerializedReader(const SerializedBytes& held)
        : held_(held), from_(held.open()), left_(held.records()), out_(chunkSize()) {}

    Chunk<T> next() override {
      out_.clear();
      try {
        for (; left_ > 0 && !out_.full(); --left_) out_.add([&] { return readShown<T>(from_); });
        if (left_ == 0 && from_.remaining() > 0) from_.fail("bytes are left behind the records");
      } catch (const std::exception& error) {
        held_.damaged(error.what(), std::exchange(left_, 0));
        from_ = ByteReader({});
      }
      giveRecords(out_.size());
      return out_.chunk();
    }

   private:
    const SerializedBytes& held_;
    ByteReader from_;
    std::size_t left_;
    Buffer<T> out_;
  };

  const SerializedBytes held_;
};

/// Makes a block of such bytes; BadRecord as above. It is chosen where the record type is known.
using SerializedBlockFn = BlockPtr (*)(std::string bytes, std::string origin);

template <class T>
BlockPtr serializedBlock(std::string bytes, std::string origin) {
  static_cast<void>(requiredCodec<owned_t<T>>());
  return std::make_shared<SerializedBlock<T>>(std::move(bytes), std::move(origin));
}

}  // namespace core
}  // namespace millrace
