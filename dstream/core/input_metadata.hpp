#pragma once

#include <millrace/dstream/core/source_positions.hpp>

#include <string>
#include <vector>

namespace millrace {

/// What a source tells of its records in a batch beside their number, for listeners. (Spark: StreamInputInfo.metadata, a
/// map with these as "files", "offsets" and "Description")
struct InputMetadata {
  std::vector<std::string> files;              ///< those that the batch reads, in their order
  std::vector<core::SourcePositions> offsets;  ///< of sources that can be read again
  std::string description;                     ///< for people; empty if there is nothing to tell

  bool empty() const { return files.empty() && offsets.empty() && description.empty(); }
};

namespace core {

/// Files, with one line each as description.
InputMetadata metadataOfFiles(std::vector<std::string> files);
/// Positions, with one line each as description: "part orders-0, offsets 17 to 25".
InputMetadata metadataOfPositions(std::vector<SourcePositions> positions);

}  // namespace core

}  // namespace millrace
