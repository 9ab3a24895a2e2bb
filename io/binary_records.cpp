#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/binary_records.hpp>
#include <millrace/io/byte_stream.hpp>
#include <millrace/io/input_files.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::uint64_t kLargestSplit = std::uint64_t{32} << 20;
constexpr std::size_t kRead = std::size_t{1} << 20;

struct Split {
  std::string path;
  std::uint64_t begin;
  std::uint64_t end;
};

std::vector<Split> splitsOf(const FileSystem& files, const std::vector<std::string>& paths,
                            std::uint64_t length) {
  const std::uint64_t most = std::max(kLargestSplit / length, std::uint64_t{1}) * length;
  std::vector<Split> splits;
  for (const std::string& path : paths) {
    const std::uint64_t size = files.openForReading(path)->size();
    if (size % length != 0)
      throw SparkException(path + " has " + std::to_string(size) + " bytes, which are no whole records of " +
                           std::to_string(length) + ": check the record length and the file");
    std::uint64_t begin = 0;
    for (; size - begin > most; begin += most) splits.push_back({path, begin, begin + most});
    splits.push_back({path, begin, size});
  }
  return splits;
}

class RecordsReader final : public Reader<std::string_view> {
 public:
  RecordsReader(const FileSystem& files, OperatorPtr info, const Split& split, std::size_t length)
      : files_(files), info_(std::move(info)), split_(split), length_(length) {}

  Chunk<std::string_view> next() override {
    return inOperator(info_, [this] { return readOn(); });
  }

 private:
  Chunk<std::string_view> readOn() {
    if (!bytes_) {
      bytes_ = plainStream(files_.openForReading(split_.path), split_.path, split_.begin, split_.end);
      room_.resize(std::clamp<std::size_t>(kRead / length_, 1, kChunkSize) * length_);
    }
    const std::size_t size = bytes_->read(room_);
    records_.clear();
    for (std::size_t at = 0; at < size; at += length_) records_.emplace_back(room_.data() + at, length_);
    taskCounts().bytesRead += static_cast<std::int64_t>(size);
    giveRecords(records_.size());
    return {records_.data(), records_.size(), false};
  }

  const FileSystem& files_;
  const OperatorPtr info_;
  const Split& split_;
  const std::size_t length_;
  std::unique_ptr<ByteStream> bytes_;
  std::vector<char> room_;
  std::vector<std::string_view> records_;
};

class RecordsNode final : public Node {
 public:
  RecordsNode(EnginePtr engine, OperatorPtr info, std::vector<Split> splits, std::size_t length)
      : Node(std::move(engine), std::move(info), {}, static_cast<int>(splits.size())),
        splits_(std::move(splits)),
        length_(length) {}

 protected:
  ReaderPtr compute(int partition) override {
    return std::make_unique<RecordsReader>(engine().files(), info(),
                                           splits_[static_cast<std::size_t>(partition)], length_);
  }

 private:
  const std::vector<Split> splits_;
  const std::size_t length_;
};

}  // namespace

void checkRecordLength(int recordLength) {
  if (recordLength < 1)
    throw IllegalArgument("binary records of " + std::to_string(recordLength) + " bytes: give at least 1");
}

NodePtr binaryRecordsNode(EnginePtr engine, const std::string& paths, int recordLength) {
  checkRecordLength(recordLength);
  const FileSystem& files = engine->files();
  const auto length = static_cast<std::size_t>(recordLength);
  auto splits = splitsOf(files, inputFiles(files, paths), length);
  auto info = std::make_shared<const OperatorInfo>(OperatorInfo{"binaryRecords", -1, paths});
  return std::make_shared<RecordsNode>(std::move(engine), std::move(info), std::move(splits), length);
}

}  // namespace millrace::core
