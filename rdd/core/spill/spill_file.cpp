#include <millrace/base/crc32c.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_stream.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/memory/local_files.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/running_job.hpp>
#include <millrace/rdd/core/spill/spill_file.hpp>

#include <zstd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

constexpr int kLevel = 1;
constexpr std::size_t kStartBytes = 16;  // the length of the records' bytes, how many they are, a CRC

std::string startOf(std::uint64_t length, std::uint32_t records, std::string_view stored) {
  ByteWriter numbers;
  numbers.raw(length);
  numbers.raw(records);
  ByteWriter checked = numbers;
  checked.raw(crc32c(stored));
  numbers.raw(crc32c(checked.written()));
  return numbers.written();
}

::ZSTD_DCtx& decompressor() {
  static thread_local const std::unique_ptr<::ZSTD_DCtx, std::size_t (*)(::ZSTD_DCtx*)> context(
      ::ZSTD_createDCtx(), ::ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  return *context;
}

}  // namespace

class SpillWriter::Compressor {
 public:
  Compressor() : context_(::ZSTD_createCCtx(), ::ZSTD_freeCCtx) {
    if (!context_) throw std::bad_alloc();
  }

  std::string_view compress(std::string_view bytes) {
    room_.resize(std::max(room_.size(), ::ZSTD_compressBound(bytes.size())));
    const std::size_t size =
        ::ZSTD_compressCCtx(context_.get(), room_.data(), room_.size(), bytes.data(), bytes.size(), kLevel);
    if (::ZSTD_isError(size))
      throw SparkException(std::string("records cannot be compressed: ") + ::ZSTD_getErrorName(size));
    return {room_.data(), size};
  }

 private:
  const std::unique_ptr<::ZSTD_CCtx, std::size_t (*)(::ZSTD_CCtx*)> context_;
  std::string room_;
};

SpillWriter::SpillWriter(std::shared_ptr<const LocalFile> file, std::size_t series)
    : file_(std::move(file)),
      out_(std::make_unique<FileStream>(file_->files().openForWriting(file_->path()))),
      compressor_(std::make_unique<Compressor>()),
      open_(series) {}

SpillWriter::~SpillWriter() = default;

void SpillWriter::beginSeries() {
  endSeries();
  runs_.resize(runs_.size() + open_.size());
}

void SpillWriter::endSeries() {
  for (std::size_t run = 0; run < open_.size(); ++run) {
    if (open_[run].records > 0) writeBlock(run);
  }
}

void SpillWriter::writeBlock(std::size_t run) {
  checkInterrupt();
  Open& open = open_[run];
  const std::uint64_t offset = out_->written();
  const std::string_view stored = compressor_->compress(open.bytes.written());
  if (stored.size() > std::numeric_limits<std::uint32_t>::max() - kStartBytes)
    throw SparkException(file_->path() + ": a record of " + std::to_string(open.bytes.written().size()) +
                         " bytes is more than can be written: break it up");
  *out_ << startOf(open.bytes.written().size(), open.records, stored) << stored;
  SpillFile::Run& written = runs_[runs_.size() - open_.size() + run];
  written.push_back({offset, static_cast<std::uint32_t>(kStartBytes + stored.size())});
  open = {};
}

SpillFilePtr SpillWriter::finish() {
  endSeries();
  out_->close();
  const auto bytes = static_cast<std::int64_t>(out_->written());
  taskCounts().bytesSpilled += bytes;
  if (RunningJob* job = RunningJob::ofThread()) job->bytesSpilled += bytes;
  return std::make_shared<const SpillFile>(file_, std::move(runs_));
}

SpillReader::SpillReader(SpillFilePtr file, std::size_t run)
    : file_(std::move(file)), run_(file_->run(run)) {}

SpillReader::~SpillReader() = default;

bool SpillReader::next() {
  if (next_ == run_.size()) {
    open_.reset();
    return false;
  }
  const LocalFile& file = file_->file();
  if (!open_) open_ = file.files().openForReading(file.path());
  const SpillFile::Block& block = run_[next_++];
  stored_.resize(block.bytes);
  if (open_->readAt(block.offset, stored_) != stored_.size()) failDamaged(block);
  const std::string_view stored = std::string_view(stored_).substr(kStartBytes);
  ByteReader start(stored_);
  const auto length = start.raw<std::uint64_t>();
  records_ = start.raw<std::uint32_t>();
  if (startOf(length, records_, stored) != std::string_view(stored_).substr(0, kStartBytes))
    failDamaged(block);
  block_.resize(length);
  if (::ZSTD_decompressDCtx(&decompressor(), block_.data(), block_.size(), stored.data(), stored.size()) !=
      length)
    failDamaged(block);
  bytes_ = ByteReader(block_);
  return true;
}

void SpillReader::failDamaged(const SpillFile::Block& block) const {
  throw SparkException(file_->file().path() + " at byte " + std::to_string(block.offset) +
                       ": records that were written there a while ago are damaged; look after the disk");
}

}  // namespace millrace::core
