#pragma once

#include <millrace/base/copyable_function.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/partition_records.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <optional>
#include <ranges>

namespace millrace {

namespace core {

template <class Range, class T>
using PartitionMapping = CopyableFunction<Range(PartitionRecords<T>&)>;

template <class T, class F>
class MapPartitionsReader;

/// Calls the function once, also for an empty partition, and streams the range that it gives.
template <class T, class Range>
class MapPartitionsReader<T, PartitionMapping<Range, T>> final
    : public Reader<owned_t<std::ranges::range_value_t<Range>>> {
 public:
  using Record = std::ranges::range_value_t<Range>;
  using R = owned_t<Record>;
  MapPartitionsReader(TypedReader<T> input, PartitionMapping<Range, T> mapping, const OperatorInfo& info)
      : input_(std::move(input)),
        records_(*input_),
        mapping_(std::move(mapping)),
        info_(info),
        out_(chunkSize()) {}

  Chunk<R> next() override {
    return inOperator(info_, [&] {
      if (!at_) {
        range_.add([&] { return mapping_(records_); });
        at_.emplace(std::ranges::begin(*range_.data()));
      }
      auto end = std::ranges::end(*range_.data());
      out_.clear();
      for (; *at_ != end && !out_.full(); ++*at_) out_.add([&]() -> R { return record(); });
      return out_.chunk();
    });
  }

 private:
  R record() {
    if constexpr (kIsOwned<Record>) {
      return static_cast<R>(**at_);
    } else {
      return own(static_cast<Record>(**at_));
    }
  }

  TypedReader<T> input_;
  PartitionRecords<T> records_;
  PartitionMapping<Range, T> mapping_;
  const OperatorInfo& info_;
  Buffer<Range> range_{1};
  std::optional<std::ranges::iterator_t<Range>> at_;
  Buffer<R> out_;
};

template <class T, class F>
auto partitionMapping(F function) {
  return PartitionMapping<typename PartitionFnResult<F, T>::type, T>(std::move(function));
}

template <class T, class F>
StepFunction mapPartitionsStep(F function) {
  return stepFunction<T, MapPartitionsReader>(partitionMapping<T>(std::move(function)));
}

}  // namespace core

template <class T>
template <class F>
  requires MapPartitionsFn<F, T>
RDD<MapPartitionsResult<F, T>> RDD<T>::mapPartitions(F function, bool preservesPartitioning) const {
  core::KeptRecord<MapPartitionsResult<F, T>>();
  auto step = core::mapPartitionsStep<T>(std::move(function));
  auto partitioning = preservesPartitioning ? core::Partitioning::kKept : core::Partitioning::kLost;
  return RDD<MapPartitionsResult<F, T>>(
      core::narrowNode(node(), "mapPartitions", std::move(step), partitioning));
}

}  // namespace millrace
