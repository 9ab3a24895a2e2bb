#pragma once

#include <millrace/dstream/core/record_ops.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace millrace::core {

/// The copy of a user's writer, see DStream::foreach, that is given the records of one partition of one batch or epoch.
struct RecordWriter : Drain {
  /// Called before the first record. `drain` passes over records before that, after `close`, and if the user's writer
  /// answers that it wants none.
  virtual void open() = 0;
  /// Called after the last record with null, or earlier with the failure that ended the partition. Does nothing for a
  /// writer that is not open.
  virtual void close(std::exception_ptr failure) = 0;
};

/// Makes the writer of a partition. Epochs count from 0.
using RecordWriterFactory = std::function<std::unique_ptr<RecordWriter>(int partition, std::int64_t epoch)>;

}  // namespace millrace::core
