#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
class FileSystem;
class ReadableFile;
}  // namespace millrace

namespace millrace::core {

/// A file of records in their codec's form: a header (magic, version, the records' shape), blocks of some hundred KiB,
/// and a last empty block, by which a cut is noticed. Header and blocks carry their length and a CRC-32C.
class ObjectFileWriter {
 public:
  ObjectFileWriter(std::ostream& out, const RecordCodec& codec);
  void add(const void* record);
  /// Writes what is left, and the end. Nothing may follow.
  void finish();

 private:
  void writeBlock();

  std::ostream& out_;
  const RecordCodec& codec_;
  ByteWriter block_;
  std::uint32_t records_ = 0;
};

/// Reads the blocks of an object file, or of a piece of it. Whatever its bytes are, no more memory is asked for than
/// the file has bytes; damage, a cut, and records of another shape are SparkException naming the file and the byte.
class ObjectBlocks {
 public:
  static constexpr std::uint64_t kWholeFile = ~std::uint64_t{0};

  ObjectBlocks(const FileSystem& files, const std::string& path, const RecordCodec& codec,
               std::uint64_t begin = 0, std::uint64_t end = kWholeFile);
  /// `name` is what errors call the file.
  ObjectBlocks(std::shared_ptr<const ReadableFile> file, std::string name, const RecordCodec& codec,
               std::uint64_t begin = 0, std::uint64_t end = kWholeFile);
  ~ObjectBlocks();

  struct Block {
    std::string_view bytes;  // valid until the next one is asked for
    std::uint32_t records = 0;
  };
  /// The next block that has records; one without any at the end of the piece.
  Block next();
  /// Throws for something wrong inside the block given last.
  [[noreturn]] void failInBlock(const std::string& what) const;

  /// Where blocks begin, about every `pieceBytes` bytes, the first one included: where a file may be cut. Looks at the
  /// lengths of blocks only; where they make no sense, the rest is one piece.
  static std::vector<std::uint64_t> piecesOf(const FileSystem& files, const std::string& path,
                                             std::uint64_t pieceBytes);

 private:
  void readHeader();
  std::string_view bytesAt(std::uint64_t offset, std::uint64_t size, const char* what);
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

  const std::string name_;
  const RecordCodec& codec_;
  const std::shared_ptr<const ReadableFile> file_;
  std::uint64_t at_;
  const std::uint64_t end_;
  std::uint64_t blockStart_ = 0;
  bool ended_ = false;
  std::string room_;
};

/// Reads the records of ObjectBlocks.
template <class T>
class ObjectReader final : public Reader<T> {
 public:
  ObjectReader(std::unique_ptr<ObjectBlocks> blocks, OperatorPtr info)
      : blocks_(std::move(blocks)), info_(std::move(info)), out_(chunkSize()) {}

  Chunk<T> next() override {
    return inOperator(info_, [this] { return readOn(); });
  }

 private:
  Chunk<T> readOn() {
    out_.clear();
    while (left_ == 0) {
      const auto [bytes, records] = blocks_->next();
      if (records == 0) return {};
      bytes_ = ByteReader(bytes);
      left_ = records;
    }
    try {
      for (; left_ > 0 && !out_.full(); --left_) out_.add([&] { return readValue<T>(bytes_); });
    } catch (const BadRecord& error) {
      blocks_->failInBlock(error.what());
    }
    if (left_ == 0 && bytes_.remaining() > 0) blocks_->failInBlock("bytes are left behind its records");
    giveRecords(out_.size());
    return out_.chunk();
  }

  std::unique_ptr<ObjectBlocks> blocks_;
  OperatorPtr info_;
  ByteReader bytes_{{}};
  std::uint32_t left_ = 0;
  Buffer<T> out_;
};

}  // namespace millrace::core
