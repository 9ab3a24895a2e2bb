#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>
#include <millrace/io/input_files.hpp>
#include <millrace/io/text_block_builder.hpp>
#include <millrace/io/text_file.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::uint64_t kLargestTextSplit = std::uint64_t{32} << 20;
constexpr std::string_view kTerminators = "\r\n";

struct TextSplit {
  std::string path;
  std::uint64_t begin;
  std::uint64_t end;
  Compression compression;
};

struct Input {
  std::uint64_t size;
  Compression compression;
};

Input lookAt(const FileSystem& files, const std::string& path) {
  const auto file = files.openForReading(path);
  return {file->size(), compressionOf(*file)};
}

// Hadoop's rule.
std::vector<TextSplit> textSplitsOf(const FileSystem& files, const std::vector<std::string>& paths,
                                    int minPartitions) {
  std::vector<Input> inputs;
  std::uint64_t total = 0;
  for (const std::string& path : paths) total += inputs.emplace_back(lookAt(files, path)).size;
  const std::uint64_t goal = total / static_cast<std::uint64_t>(std::max(minPartitions, 1));
  const std::uint64_t size = std::clamp<std::uint64_t>(goal, 1, kLargestTextSplit);

  std::vector<TextSplit> splits;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto [end, compression] = inputs[i];
    const bool cuts = compression == Compression::kNone;
    std::uint64_t begin = 0;
    for (; cuts && (end - begin) * 10 > size * 11; begin += size)
      splits.push_back({paths[i], begin, begin + size, compression});
    splits.push_back({paths[i], begin, end, compression});
  }
  return splits;
}

// Where the first line begins at or behind `from`; `stop`, or more, if that is not before `stop`.
std::uint64_t nextLineStart(const ReadableFile& file, std::uint64_t from,
                            std::uint64_t stop = std::numeric_limits<std::uint64_t>::max()) {
  if (from == 0) return 0;
  std::array<char, 4096> room;
  for (std::uint64_t at = from - 1; at < stop;) {
    const std::string_view text(room.data(), file.readAt(at, room));
    const std::size_t end = text.find_first_of(kTerminators);
    if (end == std::string_view::npos) {
      at += text.size();
      if (text.size() < room.size()) return at;
    } else {
      at += end + 1;
      char next = 0;
      const bool crLf = text[end] == '\r' && file.readAt(at, {&next, 1}) == 1 && next == '\n';
      return at + std::uint64_t{crLf};
    }
  }
  return stop;
}

// The lines that begin in a split. The file is open, and memory held, only while the lines are being read.
class SplitReader final : public Reader<std::string_view> {
 public:
  SplitReader(const FileSystem& files, OperatorPtr info, TextSplit split, std::size_t longestLine)
      : files_(files),
        info_(std::move(info)),
        split_(std::move(split)),
        longestLine_(longestLine),
        usualLimit_(std::min(kDefaultLineLimit, longestLine)) {}

  Chunk<std::string_view> next() override {
    return inOperator(info_, [this] { return readOn(); });
  }

 private:
  Chunk<std::string_view> readOn() {
    if (!opened_) open();
    for (;;) {
      if (lines_) {
        if (auto chunk = lines_->next(); !chunk.empty()) return chunk;
        lines_.reset();
      }
      if (!bytes_) break;
      fill();
    }
    builder_.reset();
    return {};
  }

  void open() {
    opened_ = true;
    auto file = files_.openForReading(split_.path);
    if (isCompressed()) {
      bytes_ = decompressedStream(split_.compression, std::move(file), split_.path);
    } else {
      if (file->size() < split_.end) failShorter(file->size());
      at_ = nextLineStart(*file, split_.begin, split_.end);
      if (at_ >= split_.end) return;
      const std::uint64_t end = nextLineStart(*file, split_.end);
      bytes_ = plainStream(std::move(file), split_.path, at_, end);
    }
    restart(usualLimit_);
  }

  void fill() {
    if (incomplete_ == limit_) {
      if (limit_ == longestLine_) failTooLong();
      restart(std::min(limit_ * 4, longestLine_));
    }
    auto room = builder_->prepare();
    room = room.first(std::min(room.size(), limit_ - incomplete_));
    const std::size_t size = bytes_->read(room);
    taskCounts().bytesRead += static_cast<std::int64_t>(size);
    const std::string_view text(room.data(), size);
    const std::size_t lastEnd = text.find_last_of(kTerminators);
    const bool lineEnded = lastEnd != std::string_view::npos;
    const bool atCr = text.ends_with('\r');
    incomplete_ = lineEnded ? size - lastEnd - 1 : incomplete_ + size;
    at_ += size;
    builder_->commit(size);
    if (size == 0) {
      builder_->endInput();
      bytes_.reset();
    }
    if (BlockPtr block = builder_->cut()) lines_ = typed<std::string_view>(openBlock(std::move(block)));
    if (lineEnded && !atCr && limit_ > usualLimit_) restart(usualLimit_);
  }

  // Takes the line that is not complete yet to a builder for lines of another length.
  void restart(std::size_t limit) {
    const auto before = std::exchange(builder_, std::make_unique<TextBlockBuilder>(limit));
    limit_ = limit;
    if (!before) return;
    for (std::string_view line = before->incomplete(); !line.empty();) {
      const auto room = builder_->prepare();
      const std::size_t size = line.copy(room.data(), room.size());
      builder_->commit(size);
      line.remove_prefix(size);
    }
  }

  bool isCompressed() const { return split_.compression != Compression::kNone; }

  [[noreturn]] void failShorter(std::uint64_t size) const {
    throw SparkException(split_.path + " has become shorter, " + std::to_string(size) +
                         " bytes, since its RDD was defined: leave input files as they are");
  }

  [[noreturn]] void failTooLong() const {
    throw SparkException(split_.path + ": the line at byte " + std::to_string(at_ - incomplete_) +
                         (isCompressed() ? " of its text" : "") + " has " + std::to_string(longestLine_) +
                         " bytes or more: break it up");
  }

  const FileSystem& files_;
  const OperatorPtr info_;
  const TextSplit split_;
  const std::size_t longestLine_;
  const std::size_t usualLimit_;
  bool opened_ = false;
  std::unique_ptr<ByteStream> bytes_;  // while there are more
  std::uint64_t at_ = 0;               // of the next read
  std::unique_ptr<TextBlockBuilder> builder_;
  std::size_t limit_ = 0;       // of the builder, which never gets a longer line
  std::size_t incomplete_ = 0;  // bytes of the line whose end was not read yet
  TypedReader<std::string_view> lines_;
};

class TextFileNode final : public Node {
 public:
  TextFileNode(EnginePtr engine, OperatorPtr info, std::vector<TextSplit> splits, std::size_t longestLine)
      : Node(std::move(engine), std::move(info), {}, static_cast<int>(splits.size())),
        splits_(std::move(splits)),
        longestLine_(longestLine) {}

 protected:
  ReaderPtr compute(int partition) override {
    return std::make_unique<SplitReader>(engine().files(), info(),
                                         splits_[static_cast<std::size_t>(partition)], longestLine_);
  }

 private:
  const std::vector<TextSplit> splits_;
  const std::size_t longestLine_;
};

void refuseCompressed(const std::string& path) {
  for (std::string_view ending : {".bz2", ".lz4", ".snappy", ".deflate"})
    if (path.ends_with(ending))
      throw Unsupported(
          path + " is compressed, and textFile reads plain text, gzip and zstd only: decompress it first");
}

}  // namespace

NodePtr textFileNode(EnginePtr engine, const std::string& paths, int minPartitions, std::size_t longestLine) {
  const FileSystem& files = engine->files();
  const std::vector<std::string> found = inputFiles(files, paths);
  std::ranges::for_each(found, refuseCompressed);
  auto info = std::make_shared<const OperatorInfo>(OperatorInfo{"textFile", -1, paths});
  return std::make_shared<TextFileNode>(std::move(engine), std::move(info),
                                        textSplitsOf(files, found, minPartitions), longestLine);
}

}  // namespace millrace::core
