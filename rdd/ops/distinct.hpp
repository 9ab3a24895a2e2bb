#pragma once

#include <millrace/rdd/core/shuffle/combine.hpp>
#include <millrace/rdd/ops/as_key.hpp>
#include <millrace/rdd/ops/keys.hpp>

namespace millrace {

namespace core {

struct KeepOne {
  Nothing create(const Nothing&) { return {}; }
  void mergeValue(Nothing&, const Nothing&) {}
  void mergeCombiners(Nothing&, const Nothing&) {}
};

}  // namespace core

template <class T>
RDD<owned_t<T>> RDD<T>::distinct(std::optional<int> partitions) const {
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  using Record = core::AsKeyRecord<T>;
  using Kept = std::pair<owned_t<T>, core::Nothing>;
  const int count = partitions.value_or(std::max(1, getNumPartitions()));
  const bool inPlace = node_->partitioner() && count == getNumPartitions();
  const auto partitioning = inPlace ? core::Partitioning::kKept : core::Partitioning::kLost;
  auto spec = std::make_shared<core::CombineSpec<Record, core::Nothing, core::KeepOne>>(core::KeepOne{});
  auto kept =
      core::shuffleNode(core::rddOperator("distinct"), {core::asKeys<T>("distinct", node(), partitioning)},
                        std::move(spec), inPlace ? node_->partitioner() : core::hashPartitioner(count));
  return RDD<owned_t<T>>(core::narrowNode(
      kept, "distinct", core::stepFunction<Kept, core::HalfReader>(core::FirstHalf{}), partitioning));
}

}  // namespace millrace
