#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::core {

/// The order of keys in the files of a store follows this hash (FNV-1a, 64 bits). It is part of the format: every build on
/// every machine computes the same.
constexpr std::uint64_t keyHash(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : key) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

}  // namespace millrace::core
