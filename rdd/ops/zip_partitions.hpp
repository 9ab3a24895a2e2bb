#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/ops/map_partitions.hpp>

#include <tuple>

namespace millrace {

namespace core {

/// The partition of one of the other RDDs, opened.
template <class T>
struct OtherPartition {
  explicit OtherPartition(ReaderPtr opened) : reader(typed<T>(std::move(opened))), records(*reader) {}
  TypedReader<T> reader;
  PartitionRecords<T> records;
};

/// Calls the user's function with the records of the first RDD's partition and those of the others.
template <class F, class... Others>
struct BesideOthers {
  auto operator()(auto& records) {
    return std::apply([&](auto&... other) { return std::invoke(function, records, other.records...); },
                      *others);
  }

  F function;
  std::shared_ptr<std::tuple<OtherPartition<Others>...>> others;
};

template <class F, class T, class... Others>
NodePtr zipPartitionsNode(F function, bool preservesPartitioning, std::vector<NodePtr> parents) {
  auto info = rddOperator("zipPartitions");
  checkSamePartitions(*info, parents);
  auto open = [f = std::move(function)](int partition, const std::vector<NodePtr>& sides,
                                        const OperatorInfo& operatorInfo) -> ReaderPtr {
    auto others = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::make_shared<std::tuple<OtherPartition<Others>...>>(sides[I + 1]->read(partition)...);
    }(std::index_sequence_for<Others...>());
    auto mapping = partitionMapping<T>(BesideOthers<F, Others...>{f, std::move(others)});
    return openReader<T, MapPartitionsReader>(sides[0]->read(partition), std::move(mapping), operatorInfo);
  };
  auto partitioner = preservesPartitioning ? parents[0]->partitioner() : nullptr;
  const int partitions = parents[0]->partitions();
  return openedNode(std::move(info), std::move(parents), partitions, std::move(partitioner), std::move(open));
}

}  // namespace core

template <class T>
template <class A, class F>
  requires ZipPartitionsFn<F, T, A>
RDD<ZipPartitionsResult<F, T, A>> RDD<T>::zipPartitions(const RDD<A>& a, F function,
                                                        bool preservesPartitioning) const {
  core::KeptRecord<ZipPartitionsResult<F, T, A>>();
  return RDD<ZipPartitionsResult<F, T, A>>(
      core::zipPartitionsNode<F, T, A>(std::move(function), preservesPartitioning, {node(), a.node()}));
}

template <class T>
template <class A, class B, class F>
  requires ZipPartitionsFn<F, T, A, B>
RDD<ZipPartitionsResult<F, T, A, B>> RDD<T>::zipPartitions(const RDD<A>& a, const RDD<B>& b, F function,
                                                           bool preservesPartitioning) const {
  core::KeptRecord<ZipPartitionsResult<F, T, A, B>>();
  return RDD<ZipPartitionsResult<F, T, A, B>>(core::zipPartitionsNode<F, T, A, B>(
      std::move(function), preservesPartitioning, {node(), a.node(), b.node()}));
}

template <class T>
template <class A, class B, class C, class F>
  requires ZipPartitionsFn<F, T, A, B, C>
RDD<ZipPartitionsResult<F, T, A, B, C>> RDD<T>::zipPartitions(const RDD<A>& a, const RDD<B>& b,
                                                              const RDD<C>& c, F function,
                                                              bool preservesPartitioning) const {
  core::KeptRecord<ZipPartitionsResult<F, T, A, B, C>>();
  return RDD<ZipPartitionsResult<F, T, A, B, C>>(core::zipPartitionsNode<F, T, A, B, C>(
      std::move(function), preservesPartitioning, {node(), a.node(), b.node(), c.node()}));
}

}  // namespace millrace
