#include <millrace/io/compressed_stream.hpp>

#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <utility>

namespace millrace::core {

namespace {

constexpr int kLargestWindowLog = 27;

class ZstdStream final : public CompressedStream {
 public:
  ZstdStream(std::unique_ptr<ReadableFile> file, std::string path)
      : CompressedStream(std::move(file), std::move(path), "zstd"),
        context_(::ZSTD_createDCtx(), ::ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
    ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindowLog);
  }

 private:
  std::size_t decompressSome(std::span<char> into) override {
    const auto bytes = input();
    if (bytes.empty()) {
      if (!isBetweenFrames_) failCutShort();
      end();
      return 0;
    }
    ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer to{into.data(), into.size(), 0};
    const std::size_t result = ::ZSTD_decompressStream(context_.get(), &to, &from);
    if (isBetweenFrames_ && ::ZSTD_getErrorCode(result) == ZSTD_error_prefix_unknown) failTrailing();
    consume(from.pos);
    if (::ZSTD_isError(result)) failOf(result);
    isBetweenFrames_ = result == 0;
    return to.pos;
  }

  [[noreturn]] void failOf(std::size_t result) const {
    switch (::ZSTD_getErrorCode(result)) {
      case ZSTD_error_memory_allocation:
        throw std::bad_alloc();
      case ZSTD_error_frameParameter_windowTooLarge:
        fail("takes more than 128 MiB of memory to be decompressed: compress it with --long=27 or less");
      case ZSTD_error_dictionary_wrong:
        fail("was compressed with a dictionary, which is not here: compress it without one");
      default:
        failDamaged(::ZSTD_getErrorName(result));
    }
  }

  const std::unique_ptr<ZSTD_DCtx, decltype(&::ZSTD_freeDCtx)> context_;
  bool isBetweenFrames_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> zstdStream(std::unique_ptr<ReadableFile> file, std::string path) {
  return std::make_unique<ZstdStream>(std::move(file), std::move(path));
}

}  // namespace millrace::core
