#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/dstream/core/cuts.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/file_input.hpp>
#include <millrace/dstream/input/vanished_file.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

thread_local const void* watchingFor = nullptr;

/// What files are ordered by.
std::pair<std::string_view, std::string_view> directoryAndName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return {path.substr(0, slash), path.substr(slash + 1)};
}

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

FileInput::FileInput(const std::shared_ptr<StreamGraph>& graph, std::unique_ptr<FileSelector> selector,
                     ReadFile read)
    : InputNode(graph, "File stream"), selector_(std::move(selector)), read_(std::move(read)) {}

void FileInput::startReceiving() {
  if (!send_) return;
  watch_ = engine()->files().watchDirectories();
  if (!watch_) return;
  {
    MutexLock turn(turn_);
    ended_ = std::max(ended_, graph()->begunAfter());
  }
  watch_->watch(selector_->directories());
  watching_ = std::jthread([this](const std::stop_token& stop) {
    watchingFor = this;
    while (auto path = watch_->next(stop)) onMoved(*path);
  });
}

void FileInput::stop() { watching_ = {}; }

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

bool FileInput::isOwnThread() const { return watchingFor == this; }

NodePtr FileInput::compute(Time time) {
  std::vector<NodePtr> rdds;
  if (send_) return unionNode(engine(), info(), std::move(rdds));  // a time without an epoch
  std::vector<std::string> files;
  for (const std::string& path : select(time)) {
    if (NodePtr rdd = open(path)) {
      rdds.push_back(std::move(rdd));
      files.push_back(path);
    }
  }
  setFiles(time, std::move(files));
  return unionNode(engine(), info(), std::move(rdds));
}

std::vector<std::string> FileInput::select(Time time) {
  std::vector<std::string> files;
  if (auto again = takeReplayed(time)) {
    FileSelectionRule& rule = selector_->rule();
    if (goesOn_ && !std::exchange(remembers_, true)) {
      rule.resumeAfter(graph()->begunAfter().milliseconds());
      rule.takeChanges();
    }
    for (const auto& [known, path, bytes] : again->memory) rule.recall(path, *bytes);
    MutexLock lock(mutex_);
    std::ranges::copy(again->memory, std::back_inserter(batchMemory_));
    std::ranges::move(again->memory, std::back_inserter(memory_));
    return std::move(again->files);
  }
  files = selector_->select(time.milliseconds());
  keepMemory();
  return files;
}

std::optional<FileInput::Batch> FileInput::takeReplayed(Time time) {
  MutexLock lock(mutex_);
  if (auto found = replayed_.extract(time)) return std::move(found.mapped());
  if (time > replayedUpTo_) return std::nullopt;
  return Batch();
}

void FileInput::onMoved(const std::string& path) {
  MutexLock turn(turn_);
  try {
    const Time end = ended_ + slideDuration();
    const bool isTaken = selector_->selectMoved(end.milliseconds(), path);
    keepMemory();
    if (isTaken) sendPart(path);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

FileInput::EndOfEpoch FileInput::endEpoch(Time time) MILLRACE_UNCHECKED {
  EndOfEpoch end;
  end.pause = std::make_shared<MutexLock>(turn_);
  try {
    for (const std::string& path : select(time)) sendPart(path);
    if (watch_) watch_->watch(selector_->directories());
  } catch (...) {
    failure_ = std::current_exception();
  }
  end.failure = std::exchange(failure_, nullptr);
  end.places.resize(static_cast<std::size_t>(sentPartitions()));
  std::ranges::sort(parts_, {}, [](const Part& part) { return directoryAndName(part.path); });
  std::vector<std::string> files;
  int place = 0;
  for (Part& part : parts_) {
    std::iota(end.places.begin() + part.first, end.places.begin() + part.first + part.partitions, place);
    place += part.partitions;
    files.push_back(std::move(part.path));
  }
  parts_.clear();
  setFiles(time, std::move(files));
  ended_ = time;
  return end;
}

void FileInput::sendPart(const std::string& path) {
  const NodePtr rdd = open(path);
  if (!rdd) return;
  rdd->prepare();
  const int first = sentPartitions();
  parts_.push_back({path, first, rdd->partitions()});
  send_(rdd, first);
}

int FileInput::sentPartitions() const {
  return parts_.empty() ? 0 : parts_.back().first + parts_.back().partitions;
}

NodePtr FileInput::open(const std::string& path) const {
  try {
    if (NodePtr rdd = read_(path)) return rdd;
    throw SparkException("the program's reader gave the null RDD");
  } catch (const SparkException& failure) {
    logLeftOut(path, failure.what());
  } catch (const Unsupported& failure) {
    logLeftOut(path, failure.what());
  }
  return nullptr;
}

void FileInput::setFiles(Time time, std::vector<std::string> files) {
  MutexLock lock(mutex_);
  batches_.insert_or_assign(time, Batch{std::move(files), std::exchange(batchMemory_, {})});
}

InputMetadata FileInput::metadataOf(Time time) const {
  MutexLock lock(mutex_);
  const auto batch = batches_.find(time);
  return batch == batches_.end() ? InputMetadata() : metadataOfFiles(batch->second.files);
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

void FileInput::clearMetadata(Time time, bool unpersist) {
  InputNode::clearMetadata(time, unpersist);
  MutexLock lock(mutex_);
  batches_.erase(batches_.begin(), batches_.upper_bound(time));
}

}  // namespace millrace::core
