#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace millrace {

/// A file as a record of SparkContext::binaryFiles: it is opened only when its bytes are asked for. A cheap value, to be
/// used in tasks or outside. (Spark: PortableDataStream)
class PortableDataStream {
 public:
  PortableDataStream() = default;
  PortableDataStream(core::EnginePtr engine, std::string path)
      : engine_(std::move(engine)), path_(std::move(path)) {}

  const std::string& getPath() const { return path_; }
  /// How many bytes the file has now.
  std::uint64_t size() const;
  /// All bytes, as they are. SparkException naming the file if it cannot be read, here and below.
  std::string toArray() const;
  /// At most `count` bytes from byte `offset` on; fewer only where the file ends.
  std::string read(std::uint64_t offset, std::size_t count) const;

 private:
  core::EnginePtr engine_;
  std::string path_;
};

}  // namespace millrace
