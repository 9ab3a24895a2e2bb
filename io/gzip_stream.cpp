#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

class GzipStream final : public ByteStream {
 public:
  GzipStream(std::unique_ptr<ReadableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), input_(kInput) {
    constexpr int kGzipOnly = MAX_WBITS + 16;
    if (::inflateInit2(&zlib_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { ::inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  std::size_t read(std::span<char> into) override {
    std::size_t filled = 0;
    while (filled < into.size() && !ended_) filled += readSome(into.subspan(filled));
    return filled;
  }

 private:
  static constexpr std::size_t kInput = std::size_t{128} << 10;

  std::size_t readSome(std::span<char> into) {
    if (zlib_.avail_in == 0 && !refill())
      throw SparkException(path_ + " is cut short: its gzip data end at byte " + std::to_string(position()) +
                           " in the middle; get the whole file");
    const auto room = static_cast<uInt>(std::min(into.size(), kInput));
    zlib_.next_out = reinterpret_cast<Bytef*>(into.data());
    zlib_.avail_out = room;
    const int result = ::inflate(&zlib_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      failDamaged(zlib_.msg != nullptr ? zlib_.msg : "not gzip data");
    const std::size_t size = room - zlib_.avail_out;
    if (result == Z_STREAM_END) endMember();
    return size;
  }

  void endMember() {
    while (zlib_.avail_in > 0 || refill()) {
      if (*zlib_.next_in != 0) {
        if (*zlib_.next_in != 0x1f) failDamaged("more behind the end of its gzip data");
        ::inflateReset(&zlib_);
        return;
      }
      ++zlib_.next_in;
      --zlib_.avail_in;
    }
    ended_ = true;
  }

  bool refill() {
    const std::size_t size = file_->readAt(at_, input_);
    at_ += size;
    zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
    zlib_.avail_in = static_cast<uInt>(size);
    return size > 0;
  }

  std::uint64_t position() const { return at_ - zlib_.avail_in; }

  [[noreturn]] void failDamaged(const std::string& how) const {
    throw SparkException(path_ + " is damaged at byte " + std::to_string(position()) + ": " + how +
                         "; get the file again");
  }

  const std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  std::vector<char> input_;
  std::uint64_t at_ = 0;
  z_stream zlib_{};
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> gzipStream(std::unique_ptr<ReadableFile> file, std::string path) {
  return std::make_unique<GzipStream>(std::move(file), std::move(path));
}

}  // namespace millrace::core
