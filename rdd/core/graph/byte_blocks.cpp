#include <millrace/base/file_stream.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/graph/byte_blocks.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

/// Bytes in memory that are read as a file.
class MemoryFile final : public ReadableFile {
 public:
  explicit MemoryFile(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}

  std::size_t readAt(std::uint64_t offset, std::span<char> into) const override {
    return offset >= bytes_->size() ? 0 : bytes_->copy(into.data(), into.size(), offset);
  }
  std::uint64_t size() const override { return bytes_->size(); }

 private:
  const std::shared_ptr<const std::string> bytes_;
};

class MemoryBytes final : public Block {
 public:
  MemoryBytes(const StoredForm& form, OperatorPtr info, std::string bytes, std::size_t records)
      : form_(form),
        info_(std::move(info)),
        bytes_(std::make_shared<const std::string>(std::move(bytes))),
        records_(records) {}

  ReaderPtr open() const override {
    return form_.open(std::make_shared<MemoryFile>(bytes_), "the cached bytes of " + info_->describe(),
                      info_);
  }
  std::size_t records() const override { return records_; }
  std::size_t bytes() const override { return bytes_->capacity(); }

 private:
  const StoredForm& form_;
  const OperatorPtr info_;
  const std::shared_ptr<const std::string> bytes_;
  const std::size_t records_;
};

class ByteBlockBuilder final : public BlockBuilder {
 public:
  ByteBlockBuilder(const StoredForm& form, OperatorPtr info)
      : form_(form), info_(std::move(info)), writer_(form.write(bytes_)) {
    bytes_.exceptions(std::ios::badbit | std::ios::failbit);
  }

  bool take(ReaderBase& records) override { return writer_->take(records); }
  std::size_t bytes() const override { return bytes_.view().size(); }
  BlockPtr finish() override {
    writer_->finish();
    return std::make_shared<MemoryBytes>(form_, info_, std::move(bytes_).str(), writer_->records());
  }

 private:
  const StoredForm& form_;
  const OperatorPtr info_;
  std::ostringstream bytes_;
  const std::unique_ptr<BytesWriter> writer_;
};

class FileBytes final : public Block {
 public:
  FileBytes(const StoredForm& form, OperatorPtr info, LocalFilePtr file, std::size_t records)
      : form_(form), info_(std::move(info)), file_(std::move(file)), records_(records) {}

  ReaderPtr open() const override {
    return form_.open(file_->files().openForReading(file_->path()), file_->path(), info_);
  }
  std::size_t records() const override { return records_; }
  std::size_t bytes() const override { return 0; }

 private:
  const StoredForm& form_;
  const OperatorPtr info_;
  const LocalFilePtr file_;
  const std::size_t records_;
};

}  // namespace

std::unique_ptr<BlockBuilder> byteBlockBuilder(const StoredForm& form, OperatorPtr info) {
  return std::make_unique<ByteBlockBuilder>(form, std::move(info));
}

FileBlock writeFileBlock(const StoredForm& form, OperatorPtr info, LocalFilePtr file, ReaderBase& records) {
  FileStream out(file->files().openForWriting(file->path()));
  const auto writer = form.write(out);
  while (writer->take(records)) {
  }
  writer->finish();
  const auto bytes = static_cast<std::size_t>(out.written());
  out.close();
  return {std::make_shared<FileBytes>(form, std::move(info), std::move(file), writer->records()), bytes};
}

}  // namespace millrace::core
