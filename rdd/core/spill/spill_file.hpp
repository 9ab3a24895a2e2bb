#pragma once

#include <millrace/base/byte_archive.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
class ReadableFile;
}

namespace millrace::core {

class FileStream;
class LocalFile;

/// Records that memory had no room for: a temporary file of runs, each of which can be read by itself, in the order in
/// which its records were written. A run is made of blocks, compressed by zstd, each with a CRC-32C. The file goes with the
/// last who holds it. Immutable.
class SpillFile {
 public:
  struct Block {
    std::uint64_t offset;
    std::uint32_t bytes;
  };
  using Run = std::vector<Block>;

  SpillFile(std::shared_ptr<const LocalFile> file, std::vector<Run> runs)
      : file_(std::move(file)), runs_(std::move(runs)) {}

  const LocalFile& file() const { return *file_; }
  const Run& run(std::size_t number) const { return runs_[number]; }

 private:
  const std::shared_ptr<const LocalFile> file_;
  const std::vector<Run> runs_;
};
using SpillFilePtr = std::shared_ptr<const SpillFile>;

/// Writes a SpillFile: one series of runs after another, of which the runs of one series are written at the same time. What
/// fails names the file, and leaves nothing behind. Throws Interrupted if this task was cancelled.
class SpillWriter {
 public:
  /// `series` is the number of runs of each series.
  SpillWriter(std::shared_ptr<const LocalFile> file, std::size_t series);
  ~SpillWriter();

  /// The first of these begins the first series.
  void beginSeries();
  /// Adds the record that `write(ByteWriter&)` writes to a run of this series.
  template <class Write>
  void add(std::size_t run, Write&& write) {
    Open& open = open_[run];
    write(open.bytes);
    ++open.records;
    if (open.bytes.written().size() >= kBlockBytes) writeBlock(run);
  }
  SpillFilePtr finish();

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{32} << 10;
  struct Open {
    ByteWriter bytes;
    std::uint32_t records = 0;
  };
  class Compressor;
  void writeBlock(std::size_t run);
  void endSeries();

  const std::shared_ptr<const LocalFile> file_;
  const std::unique_ptr<FileStream> out_;
  const std::unique_ptr<Compressor> compressor_;
  std::vector<Open> open_;
  std::vector<SpillFile::Run> runs_;
};

/// Reads one run, block by block. Damage is SparkException naming the file.
class SpillReader {
 public:
  SpillReader(SpillFilePtr file, std::size_t run);
  ~SpillReader();

  /// Loads the next block. False at the end.
  bool next();
  /// Of the block: how many records it has, and their bytes, valid until the next block is loaded.
  std::uint32_t records() const { return records_; }
  ByteReader& bytes() { return bytes_; }

 private:
  [[noreturn]] void failDamaged(const SpillFile::Block& block) const;

  const SpillFilePtr file_;
  const SpillFile::Run& run_;
  std::size_t next_ = 0;
  std::unique_ptr<const ReadableFile> open_;
  std::string stored_;
  std::string block_;
  std::uint32_t records_ = 0;
  ByteReader bytes_{{}};
};

}  // namespace millrace::core
