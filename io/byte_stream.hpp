#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace millrace {
class FileSystem;
class ReadableFile;
}  // namespace millrace

namespace millrace::core {

/// Bytes that are read once, from the first to the last. One thread at a time; `read` throws SparkException naming the
/// file and the offset.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills `into`; gives fewer bytes than there is room for only where the stream ends, none behind its end.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// The bytes [begin, end) of a file as they are. A file that ends before `end` is an error.
std::unique_ptr<ByteStream> plainStream(std::unique_ptr<ReadableFile> file, std::string path,
                                        std::uint64_t begin, std::uint64_t end);

/// True if the content begins as that of a gzip file; the file's name does not matter.
bool isGzip(const ReadableFile& file);

/// What a gzip file holds when it is decompressed: all its members one after another, zeros behind the last one left
/// out. Holds a few hundred KiB. Damage, a file that was cut, and anything behind the last member are errors that name
/// the byte of the file.
std::unique_ptr<ByteStream> gzipStream(std::unique_ptr<ReadableFile> file, std::string path);

/// All bytes of a file, decompressed if it is a gzip file.
std::string readWhole(const FileSystem& files, const std::string& path);

}  // namespace millrace::core
