#pragma once

#include <millrace/rdd/actions/collect.hpp>

namespace millrace {

template <class T>
KeyedMap<KeyOf<T>, ValueOf<T>> PairRDDFunctions<T>::collectAsMap() const
  requires PairLike<T> && HashableKey<KeyOf<T>>
{
  core::ShuffledByKey<T>();
  KeyedMap<K, V> map;
  for (auto& [key, value] : RDD<T>(node_).collect()) map.insert_or_assign(key, std::move(value));
  return map;
}

}  // namespace millrace
