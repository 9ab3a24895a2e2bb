#pragma once

#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>

namespace millrace {
class ReadableFile;
}

namespace millrace::core {

/// Collects records in memory, chunk by chunk.
struct BlockBuilder {
  virtual ~BlockBuilder() = default;
  /// Takes the reader's next chunk; false at its end.
  virtual bool take(ReaderBase& records) = 0;
  /// The memory of what was taken.
  virtual std::size_t bytes() const = 0;
  virtual BlockPtr finish() = 0;
};

/// Writes records as bytes, chunk by chunk.
struct BytesWriter {
  virtual ~BytesWriter() = default;
  /// Takes the reader's next chunk; false at its end.
  virtual bool take(ReaderBase& records) = 0;
  /// Writes what is left, and an end by which a cut is noticed.
  virtual void finish() = 0;
  /// How many it took.
  virtual std::size_t records() const = 0;
};

/// How partitions of records of one type are stored, for code that does not know the type. See storedForm.
struct StoredForm {
  std::unique_ptr<BlockBuilder> (*build)();
  ConcatFn concat;
  /// Null, as `open`, for records that have no codec: these are stored in memory, as objects, only.
  std::unique_ptr<BytesWriter> (*write)(std::ostream& to);
  /// Reads what `write` wrote; `name` is for errors.
  ReaderPtr (*open)(std::shared_ptr<const ReadableFile> bytes, std::string name, OperatorPtr info);

  bool hasBytes() const { return write != nullptr; }
};

/// Unsupported, with the cure, for a level that needs bytes where there are none.
void checkLevel(StorageLevel level, const StoredForm& form, const OperatorInfo& info);

}  // namespace millrace::core
