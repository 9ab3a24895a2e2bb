#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>

#include <string>
#include <typeinfo>

namespace millrace::core {

/// Unsupported: states of this type cannot be written.
template <class T>
[[noreturn]] void throwNoCodec() {
  throw Unsupported("a state of type " + nameOf(typeid(T)) +
                    " cannot be written: give the type template <class A> void serialize(A& archive) { "
                    "archive(x, y); } or specialise millrace::Codec");
}

/// A key or a value of a state, or a record of a window, as bytes. Unsupported, naming the type, where it has no Codec.
template <class T>
void writeState(ByteWriter& to, const T& value) {
  if constexpr (kHasCodec<T>) {
    Codec<T>::write(to, value);
  } else {
    throwNoCodec<T>();
  }
}
template <class T>
T readState(ByteReader& from) {
  if constexpr (kHasCodec<T>) {
    return Codec<T>::read(from);
  } else {
    throwNoCodec<T>();
  }
}

/// BadRecord if something is left.
inline void requireRead(const ByteReader& from) {
  if (from.remaining() > 0) from.fail("bytes are left over");
}

}  // namespace millrace::core
