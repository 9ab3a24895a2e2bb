#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/keyed_fn.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

template <class T>
class RDD;

/// Which partition a key belongs to. A cheap value; two are equal if they put every key into the same partition, and an
/// operation by key does not shuffle what is spread by an equal one already. (Spark: Partitioner)
class Partitioner {
 public:
  int numPartitions() const { return held_->partitions(); }
  /// The partition of a key of the type that this partitioner is for; IllegalArgument for others.
  template <HashableKey K>
  int getPartition(const K& key) const {
    using Form = core::KeyForm<owned_t<K>>;
    return static_cast<int>(core::Router<owned_t<K>>(held_)(Form::probe(key), numPartitions()));
  }

  friend bool operator==(const Partitioner& a, const Partitioner& b) {
    return core::samePartitioner(a.held_, b.held_);
  }

  explicit Partitioner(core::PartitionerPtr held) : held_(std::move(held)) {}
  const core::PartitionerPtr& held() const { return held_; }

 private:
  core::PartitionerPtr held_;
};

/// By the key's hash, for keys of every type. Two are equal if they have as many partitions. IllegalArgument below 1.
class HashPartitioner : public Partitioner {
 public:
  explicit HashPartitioner(int partitions) : Partitioner(core::hashPartitioner(partitions)) {}
};

/// By ranges of keys, so that the partitions are in order, for an RDD of pairs; see sortByKey. Samples the keys (20 per
/// partition), which runs a job at once. Fewer partitions than asked for where there are few keys; one for an empty RDD.
class RangePartitioner : public Partitioner {
 public:
  template <class T>
    requires PairLike<T> && OrderedKey<KeyOf<T>>
  RangePartitioner(int partitions, const RDD<T>& rdd, bool ascending = true);
};

namespace core {

template <class K, class F>
class FunctionPartitioner final : public KeyedPartitioner<K> {
 public:
  FunctionPartitioner(int partitions, F function, std::string identity)
      : KeyedPartitioner<K>(partitions), function_(std::move(function)), identity_(std::move(identity)) {}
  int partitionOf(const K& key) const override { return function_(key); }
  bool equals(const core::Partitioner& other) const override {
    auto same = dynamic_cast<const FunctionPartitioner*>(&other);
    return same != nullptr && same->identity_ == identity_ && same->partitions() == this->partitions();
  }

 private:
  F function_;
  std::string identity_;
};

}  // namespace core

/// A partitioner of your own: function(key) gives numbers from 0 to partitions - 1; others fail the task. It must give
/// the same for equal keys and be callable by several threads at once. Two are equal if function type, identity and
/// count are.
template <HashableKey K, class F>
  requires std::is_invocable_r_v<int, const F&, const K&>
Partitioner partitionerBy(int partitions, F function, std::string identity) {
  return Partitioner(std::make_shared<core::FunctionPartitioner<K, F>>(
      core::checkedPartitions(partitions), std::move(function), std::move(identity)));
}

/// How the result of an operation by key is spread: a number of partitions (by hash), a partitioner, or nothing for
/// Spark's default: the widest partitioner of the parents if it is wide enough, else by hash into
/// spark.default.parallelism partitions if that is set, else as many as the largest parent has.
class Partitions {
 public:
  Partitions() = default;
  Partitions(int partitions) : chosen_(core::hashPartitioner(partitions)) {}
  Partitions(const Partitioner& partitioner) : chosen_(partitioner.held()) {}

  /// What was given, or null.
  const core::PartitionerPtr& chosen() const { return chosen_; }
  /// What was given, or Spark's default for these parents.
  core::PartitionerPtr over(const std::vector<core::NodePtr>& parents) const;
  /// Where nothing was given, as `node` is spread: by its partitioner, else by hash into as many partitions.
  core::PartitionerPtr asIn(const core::Node& node) const;

 private:
  core::PartitionerPtr chosen_;
};

}  // namespace millrace
