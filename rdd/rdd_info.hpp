#pragma once

#include <millrace/rdd/core/graph/storage_level.hpp>

#include <cstddef>
#include <string>

namespace millrace {

/// What is stored of an RDD now. (Spark: RDDInfo)
struct RDDInfo {
  int id = 0;
  std::string name;  // as the program gave it, else the operator's
  int numPartitions = 0;
  StorageLevel storageLevel;
  int numCachedPartitions = 0;
  std::size_t memSize = 0;   // bytes
  std::size_t diskSize = 0;  // bytes

  bool isCached() const { return numCachedPartitions > 0; }
};

}  // namespace millrace
