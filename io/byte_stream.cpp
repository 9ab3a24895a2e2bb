#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

class PlainStream final : public ByteStream {
 public:
  PlainStream(std::unique_ptr<ReadableFile> file, std::string path, std::uint64_t begin, std::uint64_t end)
      : file_(std::move(file)), path_(std::move(path)), at_(begin), end_(end) {}

  std::size_t read(std::span<char> into) override {
    into = into.first(std::min<std::uint64_t>(into.size(), end_ - at_));
    const std::size_t size = file_->readAt(at_, into);
    at_ += size;
    if (size < into.size())
      throw SparkException(path_ + " has become shorter, " + std::to_string(at_) +
                           " bytes, since its RDD was defined: leave input files as they are");
    return size;
  }

 private:
  const std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  std::uint64_t at_;
  const std::uint64_t end_;
};

}  // namespace

std::unique_ptr<ByteStream> plainStream(std::unique_ptr<ReadableFile> file, std::string path,
                                        std::uint64_t begin, std::uint64_t end) {
  return std::make_unique<PlainStream>(std::move(file), std::move(path), begin, end);
}

Compression compressionOf(const ReadableFile& file) {
  std::array<char, 4> room;
  const std::string_view start(room.data(), file.readAt(0, room));
  const bool isSkippable = start.size() == 4 && (start[0] & 0xF0) == 0x50 && start.ends_with("\x2A\x4D\x18");
  if (start.starts_with("\x1F\x8B\x08")) return Compression::kGzip;
  if (isSkippable || start == "\x28\xB5\x2F\xFD") return Compression::kZstd;
  return Compression::kNone;
}

std::unique_ptr<ByteStream> decompressedStream(Compression compression, std::unique_ptr<ReadableFile> file,
                                               std::string path) {
  return compression == Compression::kGzip ? gzipStream(std::move(file), std::move(path))
                                           : zstdStream(std::move(file), std::move(path));
}

std::string readWhole(const FileSystem& files, const std::string& path) {
  auto file = files.openForReading(path);
  const Compression compression = compressionOf(*file);
  std::string content;
  if (compression == Compression::kNone) {
    content.resize(file->size());
    content.resize(file->readAt(0, content));
    return content;
  }
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  const auto stream = decompressedStream(compression, std::move(file), path);
  for (std::size_t size = kPiece; size == kPiece;) {
    const std::size_t before = content.size();
    content.resize(before + kPiece);
    size = stream->read({content.data() + before, kPiece});
    content.resize(before + size);
  }
  return content;
}

}  // namespace millrace::core
