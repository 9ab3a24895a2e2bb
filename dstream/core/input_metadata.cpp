#include <millrace/dstream/core/input_metadata.hpp>

#include <utility>

namespace millrace::core {

InputMetadata metadataOfFiles(std::vector<std::string> files) {
  InputMetadata metadata;
  for (const std::string& file : files)
    metadata.description += (metadata.description.empty() ? "" : "\n") + file;
  metadata.files = std::move(files);
  return metadata;
}

InputMetadata metadataOfPositions(std::vector<SourcePositions> positions) {
  InputMetadata metadata;
  for (const SourcePositions& covered : positions)
    metadata.description += (metadata.description.empty() ? "part " : "\npart ") + covered.part +
                            ", offsets " + covered.from.text() + " to " + covered.until.text();
  metadata.offsets = std::move(positions);
  return metadata;
}

}  // namespace millrace::core
