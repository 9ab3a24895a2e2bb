#pragma once

#include <millrace/base/file_system.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

/// Decides for a file stream which regular files a batch reads. The stream scans its directories once per batch and asks
/// the rule about each file that it finds. One thread at a time.
class FileSelectionRule {
 public:
  /// A file that the batch does not read.
  struct Skip {
    bool isNews = false;  // someone who looks for the file's records would want to read the reason in the log
    std::string reason;   // none of a file that was read, scan after scan
  };

  virtual ~FileSelectionRule() = default;

  /// `time` is the batch's, in ms. Scans come in the order of their batches.
  virtual void beginScan(std::int64_t time) = 0;
  /// Nothing when the batch reads the file; no later batch reads it then. Asked once per file and scan.
  virtual std::optional<Skip> skip(const std::string& path, const FileStatus& file) = 0;
  /// All files have been asked about.
  virtual void endScan() = 0;
  /// Between scans: whether the batch of `time`, which is still to come, reads a file that has just been moved in. If so, no scan
  /// reads it; if not, the question leaves no trace.
  virtual bool takesMoved(std::int64_t time, const std::string& path, const FileStatus& file) = 0;

  // ---- Recovery: what a later run has to know, so that it reads no file again. Between scans. --------------------------

  /// What the rule knows of a path, as bytes of its own; nothing: it has forgotten the path.
  struct Memory {
    std::int64_t time;  // of the batch with which it came to know that
    std::string path;   // empty: of the stream as a whole
    std::optional<std::string> bytes;
  };

  /// Says how the rule calls what it knows: another rule cannot go on with it.
  virtual std::string memoryType() const = 0;
  /// Keeps from now on what changes in its memory, beginning with all that it knows already.
  virtual void recordMemory() = 0;
  /// What has changed since the last call.
  std::vector<Memory> takeChanges() { return std::exchange(changes_, {}); }
  /// Goes on behind the batch of `time` of an earlier run, and knows nothing but what `recall` tells it after that.
  virtual void resumeAfter(std::int64_t time) = 0;
  virtual void recall(const std::string& path, std::string_view bytes) = 0;

 protected:
  bool isRecording() const { return isRecording_; }
  void beginRecording() { isRecording_ = true; }
  void note(std::int64_t time, const std::string& path, std::optional<std::string> bytes) {
    if (isRecording_) changes_.push_back({time, path, std::move(bytes)});
  }

 private:
  bool isRecording_ = false;
  std::vector<Memory> changes_;
};

/// Spark's rule. A file is read if it was modified after `start` and within the last `span` before the batch's time, at
/// that time at the latest, and no batch within the span has read it. So a file that was written earlier and is moved
/// in late is missed (the log then tells of it), what is appended to a file that was read is ignored, and a file from
/// the future waits for its batch (the log tells of it if that is longer than `span`). Where batches were left out, one each
/// `batch`, the next one reads the files of all of them. All times in ms. (Spark: FileInputDStream.isNewFile)
std::unique_ptr<FileSelectionRule> modificationTimeRule(std::int64_t start, std::int64_t span,
                                                        std::int64_t batch);

/// How long Spark's rule looks back: the batch interval as many times as it takes to reach `atLeast`. All in ms.
std::int64_t rememberSpan(std::int64_t batch, std::int64_t atLeast);

/// A file is read if no scan has found it before, whatever its times are; a file is known by its path and its inode. One
/// that still grows is read when a scan finds it as the scan before did; one that was moved in whole, which shows in its
/// times, at once. A file that changes after it was read is not read again, unless another one takes its place.
/// With `onlyNew` what the first scan finds, which comes before the first batch, is not read. Holds about 200 bytes for
/// each file in the directories.
std::unique_ptr<FileSelectionRule> fileIdentityRule(bool onlyNew);

}  // namespace millrace::core
