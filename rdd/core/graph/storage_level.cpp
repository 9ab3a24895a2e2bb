#include <millrace/rdd/core/graph/storage_level.hpp>

namespace millrace {

std::string StorageLevel::description() const {
  if (!isValid()) return "NONE";
  std::string text = useDisk_ ? (useMemory_ ? "MEMORY_AND_DISK" : "DISK_ONLY") : "MEMORY_ONLY";
  if (useMemory_ && !deserialized_) text += "_SER";
  if (replication_ > 1) text += "_" + std::to_string(replication_);
  return text;
}

}  // namespace millrace
