#pragma once

#include <millrace/io/source_partition.hpp>

#include <memory>
#include <string>

namespace millrace {

/// A source of your own with several partitions, each of which is polled by a thread of its own: subclass this and give an
/// instance to StreamingContext::inputStream. A batch has as many partitions; records keep their order in each. Listeners
/// are told which positions a batch covers.
template <class T>
class PartitionedSource {
 public:
  using value_type = T;
  virtual ~PartitionedSource() = default;

  /// How many there are; asked once.
  virtual int partitions() const = 0;
  /// Opens one of them, on the thread that polls it. Called again after a failure, with a `seek` to follow. What it throws is
  /// taken as a failure of poll is.
  virtual std::unique_ptr<SourcePartition<T>> open(int partition) = 0;
  /// What kind of source this is, as errors name it.
  virtual std::string kind() const { return "Partitioned source"; }
};

}  // namespace millrace
