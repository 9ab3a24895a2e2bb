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

/// How a file is compressed, which its first bytes say; its name does not matter.
enum class Compression { kNone, kGzip, kZstd };
Compression compressionOf(const ReadableFile& file);

/// What a compressed file holds when it is decompressed: all that was compressed into it, one after another (members of gzip, and
/// zeros behind the last one are left out; frames of zstd, and skippable ones are left out). Damage, a file that was cut, and
/// anything behind the end are errors that name the byte of the file. Not for kNone.
std::unique_ptr<ByteStream> decompressedStream(Compression compression, std::unique_ptr<ReadableFile> file,
                                               std::string path);

/// The two kinds of it. One holds a few hundred KiB; the other as much as the file was compressed to take, at most 128 MiB, or
/// refuses the file.
std::unique_ptr<ByteStream> gzipStream(std::unique_ptr<ReadableFile> file, std::string path);
std::unique_ptr<ByteStream> zstdStream(std::unique_ptr<ReadableFile> file, std::string path);

/// All bytes of a file, decompressed if it is compressed.
std::string readWhole(const FileSystem& files, const std::string& path);

}  // namespace millrace::core
