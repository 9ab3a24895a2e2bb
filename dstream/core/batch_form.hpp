#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

/// How the batches of a window are kept, for code that does not know the type of their records.
struct BatchForm {
  virtual ~BatchForm() = default;
  /// The type of the records.
  virtual std::string recordType() const = 0;
  /// Unsupported, naming the type, if the records cannot be written.
  virtual void requireCodec() const = 0;
  /// A partition of a batch that has been prepared. In a task.
  virtual BlockPtr store(Node& batch, int partition) const = 0;
  /// Writes the records of such a block.
  virtual void write(ByteWriter& to, const Block& block) const = 0;
  /// Adds what was written of a partition to the partitions of a batch, of which there may be another number.
  virtual void read(ByteReader& from, std::size_t partition,
                    std::vector<std::shared_ptr<Block>>& blocks) const = 0;
};

}  // namespace millrace::core
