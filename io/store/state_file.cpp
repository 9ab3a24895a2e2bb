#include <millrace/io/store/key_hash.hpp>
#include <millrace/io/store/state_file.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace millrace::core {

const FileKind kStateFile{"MRSTSTAT", 1, "state file of a checkpoint"};

namespace {

constexpr std::size_t kUsualBlock = std::size_t{32} << 10;

class RunReader final : public StateEntries {
 public:
  RunReader(std::shared_ptr<const ReadableFile> file, std::string path, const StateRun& run)
      : frames_(std::move(file), std::move(path), run.begin), end_(run.end) {}

  bool next(StateEntry& entry) override {
    if (block_.remaining() == 0 && !readBlock()) return false;
    try {
      entry.partition = static_cast<int>(block_.varint());
      entry.key = block_.bytes(block_.varint());
      entry.hash = keyHash(entry.key);
      const std::uint64_t size = block_.varint();
      entry.value = size == 0 ? std::nullopt : std::optional(block_.bytes(size - 1));
    } catch (const BadRecord& error) {
      frames_.fail(frames_.lastBegin(), std::string("the entries of a block are damaged, ") + error.what());
    }
    return true;
  }

 private:
  bool readBlock() {
    if (frames_.position() >= end_) return false;
    const auto payload = frames_.next();
    if (!payload) frames_.fail(frames_.position(), "a block is missing or cut short; restore the file");
    block_ = ByteReader(*payload);
    return !payload->empty() || readBlock();
  }

  FrameReader frames_;
  const std::uint64_t end_;
  ByteReader block_{std::string_view()};
};

class Merge final : public StateEntries {
 public:
  explicit Merge(std::vector<std::unique_ptr<StateEntries>> runs)
      : runs_(std::move(runs)), heads_(runs_.size()) {
    for (std::size_t i = 0; i < runs_.size(); ++i) advance(i);
  }

  bool next(StateEntry& entry) override {
    if (given_) advance(*std::exchange(given_, std::nullopt));
    if (heap_.empty()) return false;
    const std::size_t newest = pop();
    entry = heads_[newest];
    while (!heap_.empty() && heads_[heap_.front()].hash == entry.hash &&
           heads_[heap_.front()].key == entry.key)
      advance(pop());
    given_ = newest;
    return true;
  }

 private:
  // Whether run `a` is to be given after run `b`: its head is behind, or older and of the same key.
  bool isAfter(std::size_t a, std::size_t b) const {
    return std::tie(heads_[a].hash, heads_[a].key, b) > std::tie(heads_[b].hash, heads_[b].key, a);
  }
  void advance(std::size_t run) {
    if (!runs_[run]->next(heads_[run])) return;
    heap_.push_back(run);
    std::ranges::push_heap(heap_, [this](std::size_t a, std::size_t b) { return isAfter(a, b); });
  }
  std::size_t pop() {
    std::ranges::pop_heap(heap_, [this](std::size_t a, std::size_t b) { return isAfter(a, b); });
    const std::size_t run = heap_.back();
    heap_.pop_back();
    return run;
  }

  const std::vector<std::unique_ptr<StateEntries>> runs_;
  std::vector<StateEntry> heads_;
  std::vector<std::size_t> heap_;
  std::optional<std::size_t> given_;
};

}  // namespace

StateFileWriter::StateFileWriter(FileSystem& files, std::string path)
    : file_(files, std::move(path), kStateFile) {}

void StateFileWriter::beginRun(std::string operatorName, bool isWhole) {
  const std::uint64_t begin = file_.frames().size();
  runs_.push_back({std::move(operatorName), isWhole, begin, begin, 0, 0});
}

void StateFileWriter::add(const StateEntry& entry) {
  block_.varint(static_cast<std::uint64_t>(entry.partition));
  block_.varint(entry.key.size());
  block_.bytes(entry.key);
  block_.varint(entry.value ? entry.value->size() + 1 : 0);
  if (entry.value) block_.bytes(*entry.value);
  ++runs_.back().entries;
  runs_.back().lastHash = entry.hash;
  if (block_.written().size() >= kUsualBlock) writeBlock();
}

void StateFileWriter::endRun() {
  if (!block_.written().empty()) writeBlock();
  runs_.back().end = file_.frames().size();
}

void StateFileWriter::writeBlock() {
  file_.frames().append(block_.written());
  block_.clear();
}

void StateFileWriter::keep() { file_.keep(); }

std::unique_ptr<StateEntries> readRun(std::shared_ptr<const ReadableFile> file, std::string path,
                                      const StateRun& run) {
  return std::make_unique<RunReader>(std::move(file), std::move(path), run);
}

std::unique_ptr<StateEntries> mergeRuns(std::vector<std::unique_ptr<StateEntries>> runs) {
  return std::make_unique<Merge>(std::move(runs));
}

}  // namespace millrace::core
