#pragma once

#include <zstd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace millrace::test {

/// One zstd frame that holds `text`.
inline std::string zstd(std::string_view text, bool checksum = true) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, checksum ? 1 : 0);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.get(), packed.data(), packed.size(), text.data(), text.size());
  if (ZSTD_isError(size) != 0) throw std::runtime_error(ZSTD_getErrorName(size));
  packed.resize(size);
  return packed;
}

/// A frame that holds something for others than decompressors.
inline std::string skippableZstd(std::string_view text) {
  std::string frame("\x50\x2A\x4D\x18");
  for (std::size_t left = text.size(), i = 0; i < 4; ++i, left >>= 8) frame += static_cast<char>(left & 0xFF);
  return frame.append(text);
}

/// A frame that holds nothing, and says that 1 << `log` bytes of memory are needed for it.
inline std::string zstdOfWindow(int log) {
  const std::string header{'\x28', '\xB5', '\x2F', '\xFD', '\0', static_cast<char>((log - 10) << 3)};
  const std::string lastEmptyBlock{'\1', '\0', '\0'};
  return header + lastEmptyBlock;
}

}  // namespace millrace::test
