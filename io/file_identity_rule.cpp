#include <millrace/base/byte_archive.hpp>
#include <millrace/io/file_selection_rule.hpp>

#include <string>
#include <unordered_map>

namespace millrace::core {

namespace {

class FileIdentityRule final : public FileSelectionRule {
 public:
  explicit FileIdentityRule(bool onlyNew) : skipsAll_(onlyNew) {}

  void beginScan(std::int64_t time) override {
    time_ = time;
    ++scan_;
  }

  std::optional<Skip> skip(const std::string& path, const FileStatus& file) override {
    auto [known, isNew] = files_.try_emplace(path);
    State& state = known->second;
    const bool isOther = isNew || state.inode != file.inode;
    const bool hasChanged = state.size != file.size || state.modified != file.modified;
    const bool wasDone = !isOther && state.isDone;
    state = {file.inode, file.size, file.modified, wasDone, scan_};
    if (wasDone) {
      if (!hasChanged) return Skip{};
      return Skip{
          true, "it has changed since it was read: its new content is not read; write another file instead"};
    }
    if (skipsAll_) {
      setDone(time_, path, state);
      return Skip{false, "it was there before the stream, which reads new files only"};
    }
    const bool mayStillGrow = isOther ? !wasMovedIn(file) : hasChanged;
    if (mayStillGrow)
      return Skip{true, "it may still be written: it is read once two scans find it the same"};
    setDone(time_, path, state);
    return std::nullopt;
  }

  void endScan() override {
    skipsAll_ = false;
    std::erase_if(files_, [this](const auto& file) {
      const bool isGone = file.second.scan != scan_;
      if (isGone && file.second.isDone) note(time_, file.first, std::nullopt);
      return isGone;
    });
  }

  bool takesMoved(std::int64_t time, const std::string& path, const FileStatus& file) override {
    if (skipsAll_ || !wasMovedIn(file)) return false;
    const auto known = files_.find(path);
    if (known != files_.end() && known->second.isDone && known->second.inode == file.inode) return false;
    State& state = files_[path] = {file.inode, file.size, file.modified, false, scan_};
    setDone(time, path, state);
    return true;
  }

  std::string memoryType() const override { return "files by identity"; }

  void recordMemory() override {
    beginRecording();
    for (auto& [path, state] : files_) {
      if (state.isDone) setDone(time_, path, state);
    }
  }
  void resumeAfter(std::int64_t time) override {
    time_ = time;
    skipsAll_ = false;
    files_.clear();
  }
  void recall(const std::string& path, std::string_view bytes) override {
    ByteReader reader(bytes);
    State& state = files_[path];
    state.inode = reader.raw<std::uint64_t>();
    state.size = reader.raw<std::uint64_t>();
    state.modified = reader.raw<std::int64_t>();
    state.isDone = true;
    state.scan = scan_;
  }

 private:
  struct State {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    bool isDone = false;  // read, or there before the stream
    std::uint64_t scan = 0;
  };

  void setDone(std::int64_t time, const std::string& path, State& state) {
    state.isDone = true;
    if (!isRecording()) return;
    ByteWriter writer;
    writer.raw(state.inode);
    writer.raw(state.size);
    writer.raw(state.modified);
    note(time, path, writer.written());
  }

  // A write sets both times; a rename sets that of the change alone.
  static bool wasMovedIn(const FileStatus& file) { return file.changed / 1'000'000 > file.modified; }

  bool skipsAll_;
  std::int64_t time_ = 0;
  std::uint64_t scan_ = 0;
  std::unordered_map<std::string, State> files_;
};

}  // namespace

std::unique_ptr<FileSelectionRule> fileIdentityRule(bool onlyNew) {
  return std::make_unique<FileIdentityRule>(onlyNew);
}

}  // namespace millrace::core
