#pragma once

#include <type_traits>
#include <utility>

namespace millrace::core {

template <class Make>
struct InPlace {
  Make make;
  operator std::invoke_result_t<const Make&>() const { return make(); }
};

/// `make` as an argument of a constructor or of emplace_back: a value that `make()` returns is constructed in its final
/// place, a reference is handed on. Moving a short string right after it was written costs more than making it: the
/// move loads at once what several stores have written, and waits for them.
template <class Make>
decltype(auto) inPlace(Make make) {
  if constexpr (std::is_reference_v<std::invoke_result_t<const Make&>>) {
    return make();
  } else {
    return InPlace<Make>{std::move(make)};
  }
}

}  // namespace millrace::core
