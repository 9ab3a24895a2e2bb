#pragma once

#include <millrace/base/codec.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

/// What a server of blocks sends: the length of the bytes, and the bytes.
inline std::string framed(std::string_view bytes) {
  std::string sent;
  for (int shift = 24; shift >= 0; shift -= 8) sent += static_cast<char>(bytes.size() >> shift & 0xff);
  return sent.append(bytes);
}

/// The same for a block of records.
template <class T>
std::string rawBlock(const std::vector<T>& records) {
  ByteWriter to;
  Codec<std::vector<T>>::write(to, records);
  return framed(to.written());
}

}  // namespace millrace::test
