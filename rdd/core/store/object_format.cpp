#include <millrace/base/crc32c.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/store/object_format.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::string_view kMagic = "MILLROBJ";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kUsualBlock = std::size_t{256} << 10;
constexpr std::size_t kLargestBlock = std::size_t{1} << 30;
constexpr std::uint32_t kLargestShape = std::uint32_t{1} << 20;
constexpr std::size_t kHeaderStart = 16;  // magic, version, length of the shape
constexpr std::size_t kBlockStart = 12;   // length, records, CRC

struct BlockStart {
  std::uint32_t length;
  std::uint32_t records;
  std::uint32_t crc;
};

BlockStart blockStart(std::string_view bytes) {
  ByteReader from(bytes);
  const auto length = from.raw<std::uint32_t>();
  const auto records = from.raw<std::uint32_t>();
  return {length, records, from.raw<std::uint32_t>()};
}

// Of the two numbers that a block begins with and of what it holds.
std::uint32_t checksum(std::uint32_t length, std::uint32_t records, std::string_view bytes) {
  ByteWriter numbers;
  numbers.raw(length);
  numbers.raw(records);
  numbers.raw(crc32c(bytes));
  return crc32c(numbers.written());
}

}  // namespace

ObjectFileWriter::ObjectFileWriter(std::ostream& out, const RecordCodec& codec) : out_(out), codec_(codec) {
  ByteWriter header;
  header.bytes(kMagic);
  header.raw(kVersion);
  header.raw(static_cast<std::uint32_t>(codec.shape.size()));
  header.bytes(codec.shape);
  header.raw(crc32c(header.written()));
  out_ << header.written();
}

void ObjectFileWriter::add(const void* record) {
  codec_.write(block_, record);
  ++records_;
  if (block_.written().size() >= kUsualBlock) writeBlock();
}

void ObjectFileWriter::writeBlock() {
  const std::string& bytes = block_.written();
  if (bytes.size() > kLargestBlock)
    throw Unsupported("a record of " + codec_.typeName + " takes " + std::to_string(bytes.size()) +
                      " bytes, more than the 1 GiB that object files can hold: break it up");
  const auto length = static_cast<std::uint32_t>(bytes.size());
  ByteWriter start;
  start.raw(length);
  start.raw(records_);
  start.raw(checksum(length, records_, bytes));
  out_ << start.written() << bytes;
  block_.clear();
  records_ = 0;
}

void ObjectFileWriter::finish() {
  if (records_ > 0) writeBlock();
  writeBlock();
}

ObjectBlocks::ObjectBlocks(const FileSystem& files, const std::string& path, const RecordCodec& codec,
                           std::uint64_t begin, std::uint64_t end)
    : ObjectBlocks(files.openForReading(path), path, codec, begin, end) {}

ObjectBlocks::ObjectBlocks(std::shared_ptr<const ReadableFile> file, std::string name,
                           const RecordCodec& codec, std::uint64_t begin, std::uint64_t end)
    : name_(std::move(name)), codec_(codec), file_(std::move(file)), at_(0), end_(end) {
  readHeader();
  if (begin > 0) at_ = begin;
}

ObjectBlocks::~ObjectBlocks() = default;

void ObjectBlocks::readHeader() {
  ByteReader start(bytesAt(0, kHeaderStart, "its header"));
  if (start.bytes(kMagic.size()) != kMagic)
    fail(0, "it is no object file: give what saveAsObjectFile has written");
  const auto version = start.raw<std::uint32_t>();
  if (version != kVersion)
    fail(kMagic.size(), "its format has version " + std::to_string(version) + ", and only version " +
                            std::to_string(kVersion) + " is known: use the release that wrote it");
  const auto shapeSize = start.raw<std::uint32_t>();
  if (shapeSize > kLargestShape) fail(12, "its header is damaged; restore the file");
  const std::uint64_t size = kHeaderStart + shapeSize;
  const std::string_view header = bytesAt(0, size + 4, "its header");
  const auto crc = ByteReader(header.substr(size)).raw<std::uint32_t>();
  if (crc != crc32c(header.substr(0, size))) fail(size, "its header is damaged; restore the file");
  const std::string_view shape = header.substr(kHeaderStart, shapeSize);
  if (shape != codec_.shape)
    fail(kHeaderStart, "it holds records of the shape " + shorten(shape, 200) + ", and " + codec_.typeName +
                           " has " + shorten(codec_.shape, 200) + ": read it as the type that was saved");
  at_ = size + 4;
}

ObjectBlocks::Block ObjectBlocks::next() {
  if (ended_ || at_ >= end_) return {};
  blockStart_ = at_;
  const auto [length, records, crc] = blockStart(bytesAt(at_, kBlockStart, "a block"));
  if (length > kLargestBlock) fail(blockStart_, "a block is damaged; restore the file");
  at_ += kBlockStart;
  const std::string_view bytes = bytesAt(at_, length, "a block");
  at_ += length;
  if (crc != checksum(length, records, bytes)) fail(blockStart_, "a block is damaged; restore the file");
  if (records > 0) return Block{bytes, records};
  ended_ = true;
  if (at_ < file_->size()) fail(at_, "more follows behind its end; restore the file");
  return {};
}

void ObjectBlocks::failInBlock(const std::string& what) const {
  fail(blockStart_, "the records of a block are damaged, " + what + "; restore the file");
}

std::string_view ObjectBlocks::bytesAt(std::uint64_t offset, std::uint64_t size, const char* what) {
  const std::uint64_t left = file_->size() - std::min(offset, file_->size());
  if (size <= left) {
    room_.resize(size);
    if (file_->readAt(offset, room_) == size) return room_;
  }
  fail(offset, std::string("it is cut short inside of ") + what + "; restore the file");
}

void ObjectBlocks::fail(std::uint64_t offset, const std::string& what) const {
  throw SparkException(name_ + " at byte " + std::to_string(offset) + ": " + what);
}

std::vector<std::uint64_t> ObjectBlocks::piecesOf(const FileSystem& files, const std::string& path,
                                                  std::uint64_t pieceBytes) {
  std::vector<std::uint64_t> pieces{0};
  const auto file = files.openForReading(path);
  if (file->size() <= pieceBytes) return pieces;
  std::array<char, kHeaderStart> start;
  if (file->readAt(0, start) < start.size()) return pieces;
  ByteReader header(std::string_view(start.data() + kMagic.size() + 4, 4));
  for (std::uint64_t at = kHeaderStart + header.raw<std::uint32_t>() + 4; at < file->size();) {
    if (file->readAt(at, std::span(start).first(kBlockStart)) < kBlockStart) break;
    const auto block = blockStart({start.data(), kBlockStart});
    if (block.records == 0 || block.length > kLargestBlock) break;
    if (at - pieces.back() >= pieceBytes) pieces.push_back(at);
    at += kBlockStart + block.length;
  }
  return pieces;
}

}  // namespace millrace::core
