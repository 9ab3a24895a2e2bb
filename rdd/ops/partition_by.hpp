#pragma once

#include <millrace/rdd/core/shuffle/exchange.hpp>
#include <millrace/rdd/ops/own.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<owned_t<T>> PairRDDFunctions<T>::partitionBy(const Partitioner& partitioner) const
  requires PairLike<T>
{
  core::KeptRecord<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  if (core::samePartitioner(node_->partitioner(), partitioner.held())) return RDD<T>(node_);
  auto spec = std::make_shared<core::RecordExchange<T, core::ByKey<K>>>(core::Router<K>(partitioner.held()));
  return RDD<owned_t<T>>(
      core::shuffleNode(core::rddOperator("partitionBy"), {node_}, std::move(spec), partitioner.held()));
}

template <class T>
std::optional<Partitioner> RDD<T>::partitioner() const {
  if (!node_->partitioner()) return std::nullopt;
  return Partitioner(node_->partitioner());
}

}  // namespace millrace
