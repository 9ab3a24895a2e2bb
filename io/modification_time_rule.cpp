#include <millrace/base/arithmetic.hpp>
#include <millrace/base/byte_archive.hpp>
#include <millrace/io/file_selection_rule.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

class ModificationTimeRule final : public FileSelectionRule {
 public:
  ModificationTimeRule(std::int64_t start, std::int64_t span, std::int64_t batch)
      : start_(start), span_(span), batch_(batch) {}

  void beginScan(std::int64_t time) override {
    const std::int64_t first = hasScanned_ ? std::min(saturatedSum(time_, batch_), time) : time;
    time_ = time;
    ignored_ = std::max(start_, first - span_);
    std::erase_if(selected_, [&](const auto& file) {
      const bool isOver = file.second < first - span_;
      if (isOver) note(time, file.first, std::nullopt);
      return isOver;
    });
  }

  std::optional<Skip> skip(const std::string& path, const FileStatus& file) override {
    newest_ = std::max(newest_, file.changed);
    if (file.modified > time_) return selected_.contains(path) ? Skip{} : fromTheFuture(file);
    if (file.modified <= ignored_)
      return hasArrived(file) && !selected_.contains(path) ? Skip{true, tooOld()} : Skip{};
    if (!select(time_, path)) return Skip{};
    return std::nullopt;
  }

  void endScan() override {
    newestOfLastScan_ = newest_;
    hasScanned_ = true;
  }

  bool takesMoved(std::int64_t time, const std::string& path, const FileStatus& file) override {
    return file.modified <= time && file.modified > std::max(start_, time - span_) && select(time, path);
  }

  std::string memoryType() const override { return "files by modification time"; }

  void recordMemory() override {
    beginRecording();
    note(time_, {}, bytesOf(start_));
    for (const auto& [path, time] : selected_) note(time, path, bytesOf(time));
  }
  void resumeAfter(std::int64_t time) override {
    time_ = time;
    hasScanned_ = true;
    selected_.clear();
  }
  void recall(const std::string& path, std::string_view bytes) override {
    ByteReader reader(bytes);
    const auto time = reader.raw<std::int64_t>();
    if (path.empty()) {
      start_ = time;
    } else {
      selected_[path] = time;
    }
  }

 private:
  bool select(std::int64_t time, const std::string& path) {
    const bool isNew = selected_.emplace(path, time).second;
    if (isNew) note(time, path, bytesOf(time));
    return isNew;
  }
  static std::string bytesOf(std::int64_t time) {
    ByteWriter writer;
    writer.raw(time);
    return writer.written();
  }

  // Since the last scan, or since the start. A rename leaves a file's modification time as it is, and sets that of its change.
  bool hasArrived(const FileStatus& file) const {
    if (hasScanned_) return file.changed > newestOfLastScan_;
    return start_ > 0 && file.changed / 1'000'000 > start_;
  }
  Skip fromTheFuture(const FileStatus& file) const {
    if (file.modified <= saturatedSum(time_, span_)) return Skip{};
    return Skip{true, "it was modified at " + std::to_string(file.modified) +
                          " ms, which is still to come: it waits until then; check the clocks, or touch it"};
  }
  std::string tooOld() const {
    return "it was modified at " + std::to_string(ignored_) + " ms or before: touch it, or set " +
           "spark.streaming.fileStream.detectMoved=true";
  }

  std::int64_t start_;
  const std::int64_t span_;
  const std::int64_t batch_;
  std::int64_t time_ = 0;
  std::int64_t ignored_ = 0;
  std::int64_t newest_ = kNever;  // time of change
  std::int64_t newestOfLastScan_ = kNever;
  bool hasScanned_ = false;
  std::unordered_map<std::string, std::int64_t> selected_;  // path to time of batch
};

}  // namespace

std::unique_ptr<FileSelectionRule> modificationTimeRule(std::int64_t start, std::int64_t span,
                                                        std::int64_t batch) {
  return std::make_unique<ModificationTimeRule>(start, span, batch);
}

std::int64_t rememberSpan(std::int64_t batch, std::int64_t atLeast) {
  return saturatedSum((atLeast - 1) / batch * batch, batch);
}

}  // namespace millrace::core
