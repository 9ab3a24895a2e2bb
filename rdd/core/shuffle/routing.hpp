#pragma once

#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace millrace::core {

/// A partitioner that knows its type of key: by range, or by a function of the user.
template <class K>
class KeyedPartitioner : public Partitioner {
 public:
  using Partitioner::Partitioner;
  virtual int partitionOf(const K& key) const = 0;
};

/// IllegalArgument: a partitioner made for another type of key.
[[noreturn]] void throwOtherKeyType();
/// IllegalArgument: a partitioner by hash for keys that have none.
[[noreturn]] void throwNoHash();
[[noreturn]] void throwNoSuchPartition(int partition, int partitions);
/// `partition` if it is one of so many; else SparkException.
inline std::size_t checkedPartition(int partition, int partitions) {
  if (partition < 0 || partition >= partitions) throwNoSuchPartition(partition, partitions);
  return static_cast<std::size_t>(partition);
}

/// The output of a shuffle to which a key goes. By hash unless a partitioner says otherwise.
template <class K>
class Router {
 public:
  using Stored = typename KeyForm<K>::Stored;

  Router() = default;
  explicit Router(PartitionerPtr partitioner) : held_(std::move(partitioner)) {
    if (!held_) return;
    if (held_->isByHash()) {
      if constexpr (!HashableKey<K>) throwNoHash();
      return;
    }
    typed_ = dynamic_cast<const KeyedPartitioner<K>*>(held_.get());
    if (typed_ == nullptr) throwOtherKeyType();
  }

  std::size_t operator()(std::uint64_t hash, const Stored& key, int outputs) const {
    if (typed_ == nullptr || outputs == 1) [[likely]]
      return static_cast<std::size_t>(partitionOfHash(hash, outputs));
    return checkedPartition(typed_->partitionOf(KeyForm<K>::load(key)), outputs);
  }
  /// Keys that only have an order can be routed by a partitioner that needs no hash.
  std::size_t operator()(const Stored& key, int outputs) const {
    if constexpr (HashableKey<K>) {
      return (*this)(typed_ == nullptr ? KeyForm<K>::hash(key) : 0, key, outputs);
    } else {
      return outputs == 1 ? 0 : checkedPartition(typed_->partitionOf(KeyForm<K>::load(key)), outputs);
    }
  }

 private:
  PartitionerPtr held_;
  const KeyedPartitioner<K>* typed_ = nullptr;
};

}  // namespace millrace::core
