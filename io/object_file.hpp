#pragma once

#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/store/object_format.hpp>

#include <memory>
#include <string>

namespace millrace::core {

/// Opens a reader of the blocks. It is chosen where the record type is known.
using OpenObjectsFn = ReaderPtr (*)(std::unique_ptr<ObjectBlocks> blocks, OperatorPtr info);

/// What saveAsObjectFile wrote: a directory, a file, or what else inputFiles takes. Files are cut between blocks, in
/// pieces as textFile makes them; every file makes one partition at least. Which files there are is settled at the
/// definition.
NodePtr objectFileNode(EnginePtr engine, const std::string& paths, int minPartitions,
                       const RecordCodec& codec, OpenObjectsFn open);

/// The same for records of type T.
template <class T>
NodePtr objectFileNode(EnginePtr engine, const std::string& paths, int minPartitions) {
  return objectFileNode(std::move(engine), paths, minPartitions, requiredCodec<T>(),
                        [](std::unique_ptr<ObjectBlocks> blocks, OperatorPtr info) -> ReaderPtr {
                          return std::make_unique<ObjectReader<T>>(std::move(blocks), std::move(info));
                        });
}

}  // namespace millrace::core
