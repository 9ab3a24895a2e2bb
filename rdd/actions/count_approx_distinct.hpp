#pragma once

#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/core/numbers/hyper_log_log.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
std::int64_t RDD<T>::countApproxDistinct(int p, int sp) const
  requires HashableKey<T>
{
  core::HyperLogLog all(p, sp);
  const auto parts = core::partitionResults(*this, "countApproxDistinct", [p, sp](core::Reader<T>& reader) {
    core::HyperLogLog seen(p, sp);
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      for (const T& record : chunk) seen.add(Hash<T>{}(record));
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
