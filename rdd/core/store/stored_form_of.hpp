#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/held_bytes.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/core/graph/stored_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/store/object_format.hpp>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace millrace::core {

/// Collects records as objects.
template <class T>
class VectorBuilder final : public BlockBuilder {
 public:
  bool take(ReaderBase& records) override {
    const Chunk<T> chunk = static_cast<Reader<T>&>(records).next();
    const std::size_t before = stored_.size();
    appendOwned<T>(stored_, chunk);
    if constexpr (kHoldsMemory<owned_t<T>>) {
      for (std::size_t i = before; i < stored_.size(); ++i) held_ += heldBytes(stored_[i]);
    }
    return !chunk.empty();
  }
  std::size_t bytes() const override { return stored_.capacity() * sizeof(owned_t<T>) + held_; }
  BlockPtr finish() override { return std::make_shared<VectorBlock<T>>(std::move(stored_)); }

 private:
  PooledVector<owned_t<T>> stored_;
  std::size_t held_ = 0;
};

/// Writes records as an object file has them.
template <class T>
class ObjectRecordWriter final : public BytesWriter {
 public:
  explicit ObjectRecordWriter(std::ostream& to) : file_(to, requiredCodec<owned_t<T>>()) {}

  bool take(ReaderBase& records) override {
    const Chunk<T> chunk = static_cast<Reader<T>&>(records).next();
    for (const T& record : chunk) {
      const owned_t<T>& owned = own(record);
      file_.add(&owned);
    }
    records_ += chunk.size;
    return !chunk.empty();
  }
  void finish() override { file_.finish(); }
  std::size_t records() const override { return records_; }

 private:
  ObjectFileWriter file_;
  std::size_t records_ = 0;
};

/// Shows owned records as the views that they were made of.
template <class T>
class ShownReader final : public Reader<T> {
 public:
  explicit ShownReader(TypedReader<owned_t<T>> owned) : owned_(std::move(owned)), out_(chunkSize()) {}

  Chunk<T> next() override {
    out_.clear();
    for (const owned_t<T>& record : owned_->next()) out_.add([&] { return showOwned<T>(record); });
    return out_.chunk();
  }

 private:
  const TypedReader<owned_t<T>> owned_;
  Buffer<T> out_;
};

template <class T>
ReaderPtr openStoredBytes(std::shared_ptr<const ReadableFile> bytes, std::string name, OperatorPtr info) {
  using Owned = owned_t<T>;
  auto blocks = std::make_unique<ObjectBlocks>(std::move(bytes), std::move(name), requiredCodec<Owned>());
  auto reader = std::make_unique<ObjectReader<Owned>>(std::move(blocks), std::move(info));
  if constexpr (kIsOwned<T>) {
    return reader;
  } else {
    return std::make_unique<ShownReader<T>>(std::move(reader));
  }
}

template <class T>
std::unique_ptr<BlockBuilder> buildVector() {
  return std::make_unique<VectorBuilder<T>>();
}
template <class T>
std::unique_ptr<BytesWriter> writeObjects(std::ostream& to) {
  return std::make_unique<ObjectRecordWriter<T>>(to);
}

/// Records of T as objects only, whether or not they have a codec.
template <class T>
const StoredForm& objectForm() {
  static_cast<void>(KeptRecord<owned_t<T>>());
  static constexpr StoredForm kForm{buildVector<T>, concatReaders<T>, nullptr, nullptr};
  return kForm;
}

/// Records of T as objects, and as bytes where they have a codec.
template <class T>
const StoredForm& storedForm() {
  static_cast<void>(KeptRecord<owned_t<T>>());
  if constexpr (kHasCodec<owned_t<T>>) {
    static constexpr StoredForm kForm{buildVector<T>, concatReaders<T>, writeObjects<T>, openStoredBytes<T>};
    return kForm;
  } else {
    return objectForm<T>();
  }
}

}  // namespace millrace::core
