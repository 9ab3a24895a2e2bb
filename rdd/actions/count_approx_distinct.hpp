#pragma once

#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/core/numbers/hyper_log_log.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// By what the records are told apart: numbers as NaturalEqual does, while Hash does not see the sign of 0.0.
template <class T>
std::uint64_t distinctHash(const T& record) {
  return Hash<T>()(record);
}
template <std::floating_point T>
std::uint64_t distinctHash(const T& number) {
  const auto rank = rankOf(number);
  return Hash<decltype(rankOf(number))>()(rank);
}

}  // namespace core

template <class T>
std::int64_t RDD<T>::countApproxDistinct(int p, int sp) const
  requires HashableKey<T>
{
  core::HyperLogLog all(p, sp);
  const auto parts = core::partitionResults(*this, "countApproxDistinct", [p, sp](core::Reader<T>& reader) {
    core::HyperLogLog seen(p, sp);
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      for (const T& record : chunk) seen.add(core::distinctHash(record));
    }
    return seen;
  });
  for (const auto& part : parts) all.merge(*part);
  return all.roundedEstimate();
}

template <class T>
std::int64_t RDD<T>::countApproxDistinct(double relativeSD) const
  requires HashableKey<T>
{
  return countApproxDistinct(core::HyperLogLog::precisionFor(relativeSD), 0);
}

}  // namespace millrace
