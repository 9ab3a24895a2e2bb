#pragma once

#include <millrace/rdd/core/records/reader.hpp>

#include <string>

namespace millrace::core {

class Node;

/// Where the partitions of a node go after the first job that needed it, so that it needs its parents no more.
class Checkpoint {
 public:
  virtual ~Checkpoint() = default;
  /// Runs a job that stores all partitions.
  virtual void write(Node& node) = 0;
  /// Reads one that `write` has stored.
  virtual ReaderPtr open(const Node& node, int partition) const = 0;
  /// The directory; empty where there is none.
  virtual std::string directory() const = 0;
  /// True if what the node's cache has is the checkpoint, which so must not go.
  virtual bool isCache() const = 0;
};

}  // namespace millrace::core
