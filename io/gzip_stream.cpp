#include <millrace/io/compressed_stream.hpp>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

namespace millrace::core {

namespace {

class GzipStream final : public CompressedStream {
 public:
  GzipStream(std::unique_ptr<ReadableFile> file, std::string path)
      : CompressedStream(std::move(file), std::move(path), "gzip") {
    constexpr int kGzipOnly = MAX_WBITS + 16;
    if (::inflateInit2(&zlib_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { ::inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

 private:
  static constexpr std::size_t kMostAtOnce = std::size_t{1} << 20;

  std::size_t decompressSome(std::span<char> into) override {
    const auto bytes = input();
    if (bytes.empty()) failCutShort();
    const auto room = static_cast<uInt>(std::min(into.size(), kMostAtOnce));
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    zlib_.avail_in = static_cast<uInt>(bytes.size());
    zlib_.next_out = reinterpret_cast<Bytef*>(into.data());
    zlib_.avail_out = room;
    const int result = ::inflate(&zlib_, Z_NO_FLUSH);
    consume(bytes.size() - zlib_.avail_in);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      failDamaged(zlib_.msg != nullptr ? zlib_.msg : "not gzip data");
    if (result == Z_STREAM_END) endMember();
    return room - zlib_.avail_out;
  }

  void endMember() {
    for (auto bytes = input(); !bytes.empty(); bytes = input()) {
      if (bytes.front() == '\x1f') {
        ::inflateReset(&zlib_);
        return;
      }
      if (bytes.front() != 0) failTrailing();
      consume(1);
    }
    end();
  }

  z_stream zlib_{};
};

}  // namespace

std::unique_ptr<ByteStream> gzipStream(std::unique_ptr<ReadableFile> file, std::string path) {
  return std::make_unique<GzipStream>(std::move(file), std::move(path));
}

}  // namespace millrace::core
