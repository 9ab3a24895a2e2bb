#pragma once

#include <millrace/base/bytes16.hpp>

#include <cstdint>

namespace millrace::core {

/// Where LF, CR and bytes above 127 are in 64 bytes of text: bit i is for byte i.
struct LineMasks {
  std::uint64_t lf = 0;
  std::uint64_t cr = 0;
  std::uint64_t nonAscii = 0;
};

inline constexpr std::size_t kScanBytes = 64;

/// Reads exactly kScanBytes at `text`.
inline LineMasks scanLines(const char* text) {
  LineMasks masks;
  const Bytes16 lf = repeat16('\n');
  const Bytes16 cr = repeat16('\r');
  for (unsigned part = 0; part < kScanBytes; part += 16) {
    const Bytes16 bytes = load16(text + part);
    masks.lf |= std::uint64_t{mask16(bytes == lf)} << part;
    masks.cr |= std::uint64_t{mask16(bytes == cr)} << part;
    masks.nonAscii |= std::uint64_t{mask16(bytes)} << part;
  }
  return masks;
}

}  // namespace millrace::core
