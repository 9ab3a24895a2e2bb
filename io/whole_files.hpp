#pragma once

#include <millrace/io/portable_data_stream.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <string>
#include <utility>

namespace millrace::core {

/// One record per file: (path, content), the content of gzip and zstd files decompressed, everything else as it is. Which files
/// `paths` means is settled at the definition (see inputFiles). Files stay in their order; as many neighbours make a
/// partition as have the bytes of all / minPartitions, so there may be fewer partitions. A partition holds one file's
/// content at a time. SparkException naming what cannot be read.
NodePtr wholeTextFilesNode(EnginePtr engine, const std::string& paths, int minPartitions);

/// The same with (path, PortableDataStream): opened by whoever reads it.
NodePtr binaryFilesNode(EnginePtr engine, const std::string& paths, int minPartitions);

}  // namespace millrace::core
