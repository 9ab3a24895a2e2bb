#include <millrace/base/byte_archive.hpp>
#include <millrace/base/crc32c.hpp>
#include <millrace/io/store/framed_file.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kFrameHeader =
    12;  // length, checksum of the payload, checksum of these two and the offset
constexpr std::size_t kWrittenAsItIs = std::size_t{64}
                                       << 10;  // a payload, where a call costs less than a copy
constexpr std::size_t kScan = std::size_t{64} << 10;

std::uint32_t headerChecksum(std::uint64_t offset, std::uint32_t length, std::uint32_t payload) {
  ByteWriter bytes;
  bytes.raw(length);
  bytes.raw(payload);
  bytes.raw(offset);
  return crc32c(bytes.written());
}

}  // namespace

struct FrameReader::Header {
  std::uint32_t length;
  std::uint32_t payload;

  static std::optional<Header> in(std::string_view bytes, std::uint64_t offset) {
    ByteReader from(bytes);
    const auto length = from.raw<std::uint32_t>();
    const auto payload = from.raw<std::uint32_t>();
    if (from.raw<std::uint32_t>() != headerChecksum(offset, length, payload)) return std::nullopt;
    return Header{length, payload};
  }
};

DamagedFile::DamagedFile(const std::string& path, std::uint64_t offset, std::string_view what)
    : SparkException(path + " at byte " + std::to_string(offset) + ": " + std::string(what)) {}

FrameWriter::FrameWriter(std::unique_ptr<WritableFile> file, const FileKind& kind) : file_(std::move(file)) {
  ByteWriter header;
  header.bytes(kind.magic);
  header.raw(kind.version);
  header.raw(crc32c(header.written()));
  file_->write(header.written());
  size_ = header.written().size();
}

std::uint64_t FrameWriter::append(std::string_view payload) {
  if (payload.size() > kLargestFrame)
    throw Unsupported("a record of " + std::to_string(payload.size()) +
                      " bytes is larger than the 1 GiB that a frame can hold: break it up");
  ByteWriter header;
  const auto length = static_cast<std::uint32_t>(payload.size());
  const std::uint32_t checksum = crc32c(payload);
  header.raw(length);
  header.raw(checksum);
  header.raw(headerChecksum(size_, length, checksum));
  if (payload.size() < kWrittenAsItIs) {
    room_.assign(header.written()).append(payload);
    file_->write(room_);
  } else {
    file_->write(header.written());
    file_->write(payload);
  }
  return std::exchange(size_, size_ + header.written().size() + payload.size());
}

void FrameWriter::sync() {
  if (syncFailed_) throw IllegalState("a file whose sync has failed is not synced again: write another one");
  syncFailed_ = true;
  file_->sync();
  syncFailed_ = false;
}

FrameReader::FrameReader(std::shared_ptr<const ReadableFile> file, std::string path, const FileKind& kind)
    : FrameReader(std::move(file), std::move(path), kFileHeader) {
  std::array<char, kFileHeader> bytes;
  if (file_->readAt(0, bytes) < bytes.size())
    fail(0, "it is cut short inside of its header; restore the file");
  ByteReader header(std::string_view(bytes.data(), bytes.size()));
  if (header.bytes(kind.magic.size()) != kind.magic) fail(0, "it is no " + std::string(kind.what));
  const auto version = header.raw<std::uint32_t>();
  if (header.raw<std::uint32_t>() != crc32c({bytes.data(), kFileHeader - 4}))
    fail(0, "its header is damaged; restore the file");
  if (version != kind.version)
    throw Unsupported(path_ + ": its format has version " + std::to_string(version) + ", and only version " +
                      std::to_string(kind.version) + " is known: use the release that wrote it");
}

FrameReader::FrameReader(std::shared_ptr<const ReadableFile> file, std::string path, std::uint64_t begin)
    : file_(std::move(file)), path_(std::move(path)), at_(begin) {}

std::optional<std::string_view> FrameReader::next() {
  if (torn_ || at_ >= file_->size()) return std::nullopt;
  const auto header = headerAt(at_);
  if (header && isWhole(at_, *header)) {
    lastBegin_ = at_;
    at_ += kFrameHeader + header->length;
    return payload_;
  }
  const bool followed = header ? at_ + kFrameHeader + header->length < file_->size() : wholeFrameBehind(at_);
  if (followed) fail(at_, "a record is damaged; restore the file");
  torn_ = true;
  return std::nullopt;
}

void FrameReader::fail(std::uint64_t offset, std::string_view what) const {
  throw DamagedFile(path_, offset, what);
}

std::optional<FrameReader::Header> FrameReader::headerAt(std::uint64_t offset) const {
  std::array<char, kFrameHeader> bytes;
  if (file_->readAt(offset, bytes) < bytes.size()) return std::nullopt;
  return Header::in({bytes.data(), bytes.size()}, offset);
}

bool FrameReader::isWhole(std::uint64_t offset, const Header& header) {
  const std::uint64_t begin = offset + kFrameHeader;
  if (begin > file_->size() || header.length > file_->size() - begin) return false;
  payload_.resize(header.length);
  return file_->readAt(begin, payload_) == header.length && crc32c(payload_) == header.payload;
}

bool FrameReader::wholeFrameBehind(std::uint64_t offset) {
  std::string bytes;
  for (std::uint64_t from = offset + 1; from + kFrameHeader <= file_->size(); from += kScan) {
    bytes.resize(std::min<std::uint64_t>(kScan + kFrameHeader - 1, file_->size() - from));
    bytes.resize(file_->readAt(from, bytes));
    for (std::size_t i = 0; i + kFrameHeader <= bytes.size(); ++i) {
      const auto header = Header::in(std::string_view(bytes).substr(i, kFrameHeader), from + i);
      if (header && isWhole(from + i, *header)) return true;
    }
  }
  return false;
}

NewFile::NewFile(FileSystem& files, std::string path, const FileKind& kind)
    : files_(files), path_(std::move(path)) {
  auto draft = files_.openPrivate(path_ + std::string(kDraft));
  try {
    frames_ = std::make_unique<FrameWriter>(std::move(draft), kind);
  } catch (...) {
    removeDraft();
    throw;
  }
}

NewFile::~NewFile() {
  if (frames_ != nullptr) removeDraft();
}

void NewFile::removeDraft() noexcept {
  try {
    files_.remove(path_ + std::string(kDraft));
  } catch (...) {
    // Whoever opens the store next removes it.
  }
}

std::unique_ptr<FrameWriter> NewFile::keep() {
  frames_->sync();
  files_.rename(path_ + std::string(kDraft), path_);
  return std::move(frames_);
}

}  // namespace millrace::core
