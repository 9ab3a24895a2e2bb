#pragma once

#include <millrace/rdd/core/graph/stored_form.hpp>
#include <millrace/rdd/core/memory/local_files.hpp>

#include <memory>

namespace millrace::core {

/// Collects records as bytes in memory. The form must have bytes.
std::unique_ptr<BlockBuilder> byteBlockBuilder(const StoredForm& form, OperatorPtr info);

/// All records of a reader in a file, which goes with the block. What fails names the file, and leaves nothing behind.
struct FileBlock {
  BlockPtr block;
  std::size_t bytes;
};
FileBlock writeFileBlock(const StoredForm& form, OperatorPtr info, LocalFilePtr file, ReaderBase& records);

}  // namespace millrace::core
