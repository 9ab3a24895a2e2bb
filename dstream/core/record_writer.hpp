#pragma once

#include <millrace/dstream/core/record_ops.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace millrace::core {

/// A user's writer on one partition of one batch or epoch.
struct RecordWriter : Drain {
  /// Called before the first record. `drain` skips records while the writer is not open, and if the user's open() has
  /// returned false.
  virtual void open() = 0;
  /// Called after the last record, with null, or with the exception that ended the partition before it. Does nothing if
  /// the writer was not opened.
  virtual void close(std::exception_ptr failure) = 0;
};

/// Makes a copy of the user's writer.
using RecordWriterFactory = std::function<std::unique_ptr<RecordWriter>(int partition, std::int64_t epoch)>;

}  // namespace millrace::core
