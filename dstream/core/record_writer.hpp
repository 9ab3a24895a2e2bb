#pragma once

#include <millrace/dstream/core/record_ops.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace millrace::core {

/// A user's writer on one partition of one batch or epoch.
struct RecordWriter : Drain {
  /// Before the first record. While it is not open, or says that it wants none, `drain` passes over records.
  virtual void open() = 0;
  /// After the last record, with null; or with what ended the partition before it. Nothing if it was not opened.
  virtual void close(std::exception_ptr failure) = 0;
};

/// Makes a copy of the user's writer.
using RecordWriterFactory = std::function<std::unique_ptr<RecordWriter>(int partition, std::int64_t epoch)>;

}  // namespace millrace::core
