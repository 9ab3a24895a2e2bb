#pragma once

#include <millrace/rdd/actions/reduce.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
template <class Less>
  requires RecordOrder<Less, T>
owned_t<T> RDD<T>::max(Less less) const {
  core::KeptRecord<owned_t<T>>();
  const auto later = [less = core::orderFor<owned_t<T>>(std::move(less))](owned_t<T> best,
                                                                          const owned_t<T>& record) mutable {
    return std::invoke(less, std::as_const(best), record) ? record : std::move(best);
  };
  auto merge = later;
  return core::reduceAll("max", core::reducedPartitions(*this, "max", later), merge);
}

template <class T>
template <class Less>
  requires RecordOrder<Less, T>
owned_t<T> RDD<T>::min(Less less) const {
  core::KeptRecord<owned_t<T>>();
  const auto earlier = [less = core::orderFor<owned_t<T>>(std::move(less))](
                           owned_t<T> best, const owned_t<T>& record) mutable {
    return std::invoke(less, record, std::as_const(best)) ? record : std::move(best);
  };
  auto merge = earlier;
  return core::reduceAll("min", core::reducedPartitions(*this, "min", earlier), merge);
}

}  // namespace millrace
