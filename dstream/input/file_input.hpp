#pragma once

#include <millrace/base/directory_watch.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/dstream/core/eager_source.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/io/file_selector.hpp>

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {

/// The source of textFileStream and its kin: a batch has the records of the files that the selector finds for it, file by
/// file. A file that cannot be opened when its batch is made is left out, which is logged, and so is what a file that vanishes
/// later still has; see whileThere.
///
/// In a continuous run a file that is moved in is sent at once, where the file system tells of it and the selector takes it for
/// the epoch that has not ended yet. What has not come that way is found when the epoch ends, as for a batch, and the files have
/// the same order.
class FileInput final : public InputNode, private EagerSource {
 public:
  /// The RDD of one file.
  using ReadFile = std::function<NodePtr(const std::string& path)>;

  FileInput(const std::shared_ptr<StreamGraph>& graph, std::unique_ptr<FileSelector> selector, ReadFile read);

  EagerSource* eager() override { return this; }
  void startReceiving() override;
  void stop() override;
  bool isOwnThread() const override;
  /// Zero: the files of a batch have not been read when the batch begins. (Spark: FileInputDStream reports no records)
  std::int64_t recordsOf(Time) const override { return 0; }
  /// The files of a batch that is not over.
  InputMetadata metadataOf(Time time) const override;
  void clearMetadata(Time time, bool unpersist) override;

  /// A file belongs to the batch that has selected it; where that was not kept, a later run selects it again. A batch that runs
  /// again reads the files that it had, as they are then: one that is gone is left out.
  bool canBeReadAgain() const override { return true; }
  std::vector<BatchInput> takeInputs(Time upTo) override;
  void replay(Time time, std::string_view input) override;
  void skip(Time time, std::string_view input) override;
  void initialize() override;
  std::string stateType() const override;
  void cutAt(Time time, Cuts& cuts) override;

 protected:
  void restoreState(const StateDelta& kept) override;
  NodePtr compute(Time time) override;

 private:
  /// A file that was sent in the epoch that has not ended yet.
  struct Part {
    std::string path;
    int first;  // of its partitions
    int partitions;
  };

  void forwardTo(Send send) override { send_ = std::move(send); }
  EndOfEpoch endEpoch(Time time) override;

  struct Batch {
    std::vector<std::string> files;
    std::vector<FileSelectionRule::Memory> memory;  // what the selector has come to remember with it
    bool isTaken = false;
  };

  static Batch read(std::string_view input);
  void readAgain(Time time, Batch batch);
  /// The files of a batch of an earlier run, which the selector then remembers, or those that it selects.
  std::vector<std::string> select(Time time);
  std::optional<Batch> takeReplayed(Time time);
  /// Sends a file that was moved in.
  void onMoved(const std::string& path);
  void sendPart(const std::string& path) MILLRACE_REQUIRES(turn_);
  int sentPartitions() const MILLRACE_REQUIRES(turn_);
  /// Null, and a line in the log, for a file that cannot be opened.
  NodePtr open(const std::string& path) const;
  void setFiles(Time time, std::vector<std::string> files);
  /// Keeps for the next cut, and for the batch, what the selector has come to remember.
  void keepMemory();

  const std::unique_ptr<FileSelector> selector_;
  const ReadFile read_;
  mutable Mutex mutex_;
  std::map<Time, Batch> batches_ MILLRACE_GUARDED_BY(mutex_);
  std::vector<FileSelectionRule::Memory> batchMemory_ MILLRACE_GUARDED_BY(mutex_);  // of the next batch
  std::map<Time, Batch> replayed_ MILLRACE_GUARDED_BY(mutex_);
  Time replayedUpTo_ MILLRACE_GUARDED_BY(mutex_){-1};
  bool goesOn_ = false;     // with what an earlier run had
  bool remembers_ = false;  // the selector knows what that one knew
  std::vector<FileSelectionRule::Memory> memory_
      MILLRACE_GUARDED_BY(mutex_);  // that no cut has taken, oldest batch first

  // of a continuous run
  Send send_;
  std::unique_ptr<DirectoryWatch> watch_;
  Mutex turn_;  // of who selects files and sends them
  std::vector<Part> parts_ MILLRACE_GUARDED_BY(turn_);
  std::exception_ptr failure_ MILLRACE_GUARDED_BY(turn_);
  Time ended_ MILLRACE_GUARDED_BY(turn_){0};  // the last epoch
  std::jthread watching_;                     // last: it uses the others
};

}  // namespace millrace::core
