#pragma once

#include <type_traits>
#include <utility>

namespace millrace::core {

template <class Make>
struct InPlace {
  Make make;
  operator std::invoke_result_t<const Make&>() const { return make(); }
};

/// What `make()` returns, as an argument of a constructor or of emplace_back: a value comes into being in its place, a
/// reference is handed on. A short string that was just written costs more to move than to make: the move reads as one
/// word what was written in several, and waits until they have reached the cache.
template <class Make>
decltype(auto) inPlace(Make make) {
  if constexpr (std::is_reference_v<std::invoke_result_t<const Make&>>) {
    return make();
  } else {
    return InPlace<Make>{std::move(make)};
  }
}

}  // namespace millrace::core
