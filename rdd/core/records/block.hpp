#pragma once

#include <millrace/rdd/core/records/reader.hpp>

#include <cstddef>
#include <memory>

namespace millrace::core {

/// An immutable stored partition: received, cached, or the result of a shuffle. Shared, and read as often as wanted, by
/// several threads at once. It must outlive the readers opened on it.
struct Block {
  virtual ~Block() = default;
  virtual ReaderPtr open() const = 0;
  virtual std::size_t records() const = 0;
  /// Memory held, as far as it can be told cheaply.
  virtual std::size_t bytes() const = 0;
};
using BlockPtr = std::shared_ptr<const Block>;

}  // namespace millrace::core
