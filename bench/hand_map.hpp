#pragma once

#include <millrace/base/memory_pool.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <utility>

namespace millrace::bench {

/// The hash map that a specialist takes for a program written by hand. `H` must avalanche and say so.
template <class K, class V, class H>
using HandMap =
    boost::unordered_flat_map<K, V, H, std::equal_to<>, core::PoolAllocator<std::pair<const K, V>>>;

}  // namespace millrace::bench
