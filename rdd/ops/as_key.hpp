#pragma once

#include <millrace/rdd/core/shuffle/group.hpp>
#include <millrace/rdd/ops/map.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Makes a whole record the key of a pair, for operations that compare records. Strings become views, they are not
/// copied.
struct AsKey {
  template <class T>
  using Key = std::conditional_t<std::is_same_v<T, std::string>, std::string_view, T>;

  template <class T>
  std::pair<Key<T>, Nothing> operator()(const T& record) const {
    return {record, {}};
  }
};

template <class T>
using AsKeyRecord = std::pair<AsKey::Key<T>, Nothing>;

/// The node of these pairs. With kKept it has the partitioner of `node`.
template <class T>
NodePtr asKeys(std::string_view kind, const NodePtr& node, Partitioning partitioning = Partitioning::kLost) {
  return narrowNode(node, kind, mapStep<T>(AsKey{}), partitioning);
}

}  // namespace millrace::core
