#pragma once

#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
owned_t<T> RDD<T>::fold(owned_t<T> zero, F function) const {
  core::KeptRecord<owned_t<T>>();
  auto parts = core::partitionResults(*this, "fold", [zero, function](core::Reader<T>& reader) mutable {
    return core::foldRecords<owned_t<T>>(reader, std::move(zero), function);
  });
  for (auto& part : parts) zero = std::invoke(function, std::move(zero), std::move(*part));
  return zero;
}

template <class T>
template <class U, class SeqOp, class CombOp>
  requires Aggregator<SeqOp, U, T> && Reducer<CombOp, U>
U RDD<T>::aggregate(U zero, SeqOp seqOp, CombOp combOp) const {
  core::KeptRecord<U>();
  auto parts = core::partitionResults(*this, "aggregate", [zero, seqOp](core::Reader<T>& reader) mutable {
    return core::foldRecords<U>(reader, std::move(zero), seqOp);
  });
  for (auto& part : parts) zero = std::invoke(combOp, std::move(zero), std::move(*part));
  return zero;
}

template <class T>
template <class U, class SeqOp, class CombOp>
  requires Aggregator<SeqOp, U, T> && Reducer<CombOp, U>
U RDD<T>::treeAggregate(U zero, SeqOp seqOp, CombOp combOp, int depth) const {
  core::KeptRecord<U>();
  core::treeScale(0, depth);
  auto parts = core::partitionResults(*this, "treeAggregate", [zero, seqOp](core::Reader<T>& reader) mutable {
    return core::foldRecords<U>(reader, std::move(zero), seqOp);
  });
  parts = core::mergeInTree(node_->engine(), "treeAggregate", std::move(parts), combOp, depth);
  for (auto& part : parts) zero = std::invoke(combOp, std::move(zero), std::move(*part));
  return zero;
}

}  // namespace millrace
