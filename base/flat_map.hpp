#pragma once

#include <millrace/base/memory_pool.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

namespace millrace::core {

/// The one hash table. Iteration goes in hash order, so merging one table into another walks both memories forward.
/// `H` must avalanche.
template <class K, class V, class H, class Equal>
using FlatMap = boost::unordered_flat_map<K, V, H, Equal, PoolAllocator<std::pair<const K, V>>>;

}  // namespace millrace::core
