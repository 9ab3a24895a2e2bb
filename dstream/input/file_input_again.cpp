// What a file stream keeps for a restart, and what it reads again after one.
#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/cuts.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/file_input.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

/// What a file stream has come to remember.
class MemoryDelta final : public StateDelta {
 public:
  explicit MemoryDelta(std::vector<FileSelectionRule::Memory> memory) {
    for (auto& [time, path, bytes] : memory) byPath_[std::move(path)] = std::move(bytes);
  }
  void writeTo(DeltaSink& sink) const override {
    for (const auto& [path, bytes] : byPath_) {
      if (bytes) {
        sink.put(path, *bytes);
      } else {
        sink.remove(path);
      }
    }
  }
  std::size_t changes() const override { return byPath_.size(); }
  bool isWhole() const override { return false; }

 private:
  std::map<std::string, std::optional<std::string>> byPath_;
};

/// A batch as it is written.
struct StoredMemory {
  std::int64_t time;
  std::string path, bytes;
};
struct StoredBatch {
  std::vector<std::string> files;
  std::vector<StoredMemory> memory;
};

/// Hands what was kept of a file stream to its rule.
class Recalling final : public DeltaSink {
 public:
  explicit Recalling(FileSelectionRule& rule) : rule_(rule) {}
  void put(std::string_view key, std::string_view value) override { rule_.recall(std::string(key), value); }
  void remove(std::string_view) override {}

 private:
  FileSelectionRule& rule_;
};

}  // namespace

void FileInput::initialize() {
  InputNode::initialize();
  if (graph()->cuts()) selector_->rule().recordMemory();
}

std::string FileInput::stateType() const { return selector_->rule().memoryType(); }

void FileInput::restoreState(const StateDelta& kept) {
  FileSelectionRule& rule = selector_->rule();
  rule.resumeAfter(graph()->begunAfter().milliseconds());
  Recalling recalling(rule);
  kept.writeTo(recalling);
  rule.takeChanges();  // that the stream came to remember when it was made
  remembers_ = true;
}

void FileInput::keepMemory() {
  auto changes = selector_->rule().takeChanges();
  MutexLock lock(mutex_);
  std::ranges::copy(changes, std::back_inserter(batchMemory_));
  std::ranges::move(changes, std::back_inserter(memory_));
}

void FileInput::cutAt(Time time, Cuts& cuts) {
  std::vector<FileSelectionRule::Memory> memory;
  {
    MutexLock lock(mutex_);
    const auto later = std::ranges::find_if(memory_, [&](const auto& one) { return Time(one.time) > time; });
    std::move(memory_.begin(), later, std::back_inserter(memory));
    memory_.erase(memory_.begin(), later);
  }
  if (memory.empty()) return;
  cuts.add(time, [info = info(),
                  delta = std::make_shared<MemoryDelta>(std::move(memory))](std::vector<StatePart>& parts) {
    parts.push_back({info, 0, delta});
  });
}

std::vector<BatchInput> FileInput::takeInputs(Time upTo) {
  std::vector<BatchInput> inputs;
  MutexLock lock(mutex_);
  for (auto& [time, batch] : batches_) {
    if (time > upTo || std::exchange(batch.isTaken, true)) continue;
    StoredBatch stored{batch.files, {}};
    for (auto& [known, path, bytes] : batch.memory)
      if (bytes) stored.memory.push_back({known, std::move(path), std::move(*bytes)});
    batch.memory.clear();
    ByteWriter writer;
    Codec<StoredBatch>::write(writer, stored);
    inputs.push_back({time, writer.written(), metadataOfFiles(batch.files).description});
  }
  return inputs;
}

void FileInput::replay(Time time, std::string_view input) {
  if (!input.empty()) goesOn_ = true;
  readAgain(time, input.empty() ? Batch() : read(input));
}

void FileInput::skip(Time time, std::string_view input) {
  Batch batch = read(input);
  batch.files.clear();
  goesOn_ = true;
  readAgain(time, std::move(batch));
}

FileInput::Batch FileInput::read(std::string_view input) {
  Batch batch;
  ByteReader reader(input);
  StoredBatch stored = Codec<StoredBatch>::read(reader);
  if (reader.remaining() > 0) reader.fail("bytes are left behind the files of a batch");
  batch.files = std::move(stored.files);
  for (auto& [known, path, bytes] : stored.memory)
    batch.memory.push_back({known, std::move(path), std::move(bytes)});
  return batch;
}

void FileInput::readAgain(Time time, Batch batch) {
  MutexLock lock(mutex_);
  replayed_[time] = std::move(batch);
  replayedUpTo_ = time;
}

std::optional<FileInput::Batch> FileInput::takeReplayed(Time time) {
  MutexLock lock(mutex_);
  if (auto found = replayed_.extract(time)) return std::move(found.mapped());
  if (time > replayedUpTo_) return std::nullopt;
  return Batch();
}

}  // namespace millrace::core
