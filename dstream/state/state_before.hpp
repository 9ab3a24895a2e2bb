#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/natural_order.hpp>

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Whether `==` can tell two T apart. The one of a container is there even if its elements have none, so these are asked too.
template <class T>
consteval bool hasEqual() {
  if constexpr (!HasEqual<T, T>) {
    return false;
  } else if constexpr (codecKind<T>() == CodecKind::kSequence || requires { typename ShapeOf<T>::Parts; }) {
    return []<class... Parts>(std::type_identity<std::tuple<Parts...>>) {
      return ((std::is_same_v<Parts, T> || hasEqual<Parts>()) && ...);
    }(std::type_identity<typename PartsOf<T>::type>());
  } else {
    return true;
  }
}

/// What tells a state from another one: the state itself where `==` does, else the bytes that its Codec writes.
template <class S>
auto comparableForm(const S& state) {
  if constexpr (hasEqual<S>()) {
    return state;
  } else {
    ByteWriter bytes;
    Codec<S>::write(bytes, state);
    return bytes.written();
  }
}

/// A state as it was before a function got it, to be compared with what the function gives. One of a type that can be neither
/// compared nor written counts as another one each time.
template <class S>
class StateBefore {
 public:
  explicit StateBefore(const S& state) : before_(comparableForm(state)) {}
  bool differsFrom(const std::optional<S>& after) const {
    return !after || !NaturalEqual()(before_, comparableForm(*after));
  }

 private:
  const decltype(comparableForm(std::declval<const S&>())) before_;
};

template <class S>
  requires(!hasEqual<S>() && !kHasCodec<S>)
class StateBefore<S> {
 public:
  explicit StateBefore(const S&) {}
  bool differsFrom(const std::optional<S>&) const { return true; }
};

}  // namespace millrace::core
