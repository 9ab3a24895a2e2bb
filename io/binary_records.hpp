#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <string>

namespace millrace::core {

/// Files of records of `recordLength` bytes each, as std::string_view of the bytes. Which files `paths` means (see
/// inputFiles) and how they are cut, between records and at most about 32 MiB apiece, is settled at the definition. A
/// reader holds about 1 MiB, or one record. IllegalArgument below 1 byte; SparkException naming a file whose size is no
/// multiple of the length, what cannot be read and what has become shorter.
NodePtr binaryRecordsNode(EnginePtr engine, const std::string& paths, int recordLength);

/// IllegalArgument below 1 byte.
void checkRecordLength(int recordLength);

}  // namespace millrace::core
