#include <millrace/io/file_selection_rule.hpp>

#include <string>
#include <unordered_map>

namespace millrace::core {

namespace {

class FileIdentityRule final : public FileSelectionRule {
 public:
  explicit FileIdentityRule(bool onlyNew) : skipsAll_(onlyNew) {}

  void beginScan(std::int64_t) override { ++scan_; }

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
      state.isDone = true;
      return Skip{false, "it was there before the stream, which reads new files only"};
    }
    const bool mayStillGrow = isOther ? !wasMovedIn(file) : hasChanged;
    if (mayStillGrow)
      return Skip{true, "it may still be written: it is read once two scans find it the same"};
    state.isDone = true;
    return std::nullopt;
  }

  void endScan() override {
    skipsAll_ = false;
    std::erase_if(files_, [this](const auto& file) { return file.second.scan != scan_; });
  }

  bool takesMoved(std::int64_t, const std::string& path, const FileStatus& file) override {
    if (skipsAll_ || !wasMovedIn(file)) return false;
    const auto known = files_.find(path);
    if (known != files_.end() && known->second.isDone && known->second.inode == file.inode) return false;
    files_.insert_or_assign(path, State{file.inode, file.size, file.modified, true, scan_});
    return true;
  }

 private:
  struct State {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    bool isDone = false;  // read, or there before the stream
    std::uint64_t scan = 0;
  };

  // A write sets both times; a rename sets that of the change alone.
  static bool wasMovedIn(const FileStatus& file) { return file.changed / 1'000'000 > file.modified; }

  bool skipsAll_;
  std::uint64_t scan_ = 0;
  std::unordered_map<std::string, State> files_;
};

}  // namespace

std::unique_ptr<FileSelectionRule> fileIdentityRule(bool onlyNew) {
  return std::make_unique<FileIdentityRule>(onlyNew);
}

}  // namespace millrace::core
