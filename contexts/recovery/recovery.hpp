#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/recovery/batch_progress.hpp>
#include <millrace/contexts/recovery/run_state.hpp>
#include <millrace/contexts/recovery/version_reports.hpp>
#include <millrace/contexts/scheduler/batch_observer.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/dstream/core/cut.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/store/state_store.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::core {

/// Keeps in a directory how far a program has come, so that a later run of it goes on there, in either mode.
///
/// A batch, or epoch, is complete when its outputs and those of all before it have succeeded. Then a version of the checkpoint
/// is committed behind it: what has changed in the states up to its cut, and the places where the sources go on. The states are
/// copied by the batch's last job; encoding and writing is the store's thread's. While a version is being written the next
/// batches go on, and their changes go together into the next version; with kMostUnwritten of them the batches wait.
///
/// Once a batch has failed no further version is committed: a later run begins behind the last complete batch. After
/// `maxUncommitted` batches more this run ends, too. Thread-safe.
class Recovery final : public CutSink, public BatchObserver {
 public:
  static constexpr std::size_t kMostUnwritten = 10;
  static constexpr int kMostFailures = 10;  // of versions to be written, one after the other

  struct Settings {
    std::string directory;
    bool goesOn = false;       // with what the directory has; else that is moved aside
    bool startAfresh = false;  // moves aside what the directory has, whatever it is
    bool dropUnknownState = false;
    std::size_t maxUncommitted = 100;
    int cutEvery = 1;  // batches, or epochs: which of them a version may end with
    std::string mode;
    std::map<std::string, std::string> settings;  // of the program, without secrets
  };

  /// Takes the directory for this process. SparkException naming the owner if another one has it; DamagedFile.
  Recovery(std::shared_ptr<FileSystem> files, const StreamGraph& graph, std::shared_ptr<ContextWaiter> waiter,
           VersionReports reports, Settings settings);

  /// Has the graph go on where an earlier run had come to; gives the time of its newest complete batch, or nothing if there
  /// was no such run. IllegalArgument, with all that does not fit in one message. Called before the graph is started.
  std::optional<Time> resume(StreamGraph& graph);
  /// Says when time zero of this run was. Before its first batch.
  void start(Time zeroTime);
  /// From now on a version may end with any batch: the run is about to end with one that nobody knows yet.
  void cutAll();
  /// Waits until all that is complete is durable, and gives the directory back. False if it is not at `deadline`; then the
  /// directory stays this process's own. No version is committed after that.
  bool close(std::chrono::steady_clock::time_point deadline);

  bool wants(Time time) override;
  void take(Time time, std::vector<StatePart> parts) override;
  void onBegin(Time time) override;
  void onMade(Time time) override;
  void onEnd(Time time, bool succeeded) override;

 private:
  struct Batch {
    std::map<int, std::string> places;  // by operator
    std::vector<StatePart> parts;
  };

  ProgramMatch match(const RunState& saved) const;
  void adopt(const RunState& saved, const ProgramMatch& match);
  void commitNext() MILLRACE_REQUIRES(mutex_);
  /// The newest batch of which the changes can go into one version with those of all before it: changes do not go together with
  /// whole states.
  Time endOfNextVersion() const MILLRACE_REQUIRES(mutex_);
  StateCommit nextCommit(Time time) MILLRACE_REQUIRES(mutex_);
  void onCommitted(const CommitResult& result);
  void endRun(const std::string& reason) const;

  const std::shared_ptr<FileSystem> files_;
  const std::shared_ptr<ContextWaiter> waiter_;
  const Settings settings_;
  const Duration batchDuration_;
  std::vector<InputPtr> sources_;  // that can be read again
  std::set<int> states_;           // operators whose first cut is whole

  Mutex mutex_;
  ConditionVariable changed_;
  Time zeroTime_ MILLRACE_GUARDED_BY(mutex_){0};
  std::map<int, SavedOperator> operators_
      MILLRACE_GUARDED_BY(mutex_);  // of this program, with the places last committed
  BatchProgress progress_ MILLRACE_GUARDED_BY(mutex_);
  Time lastCut_ MILLRACE_GUARDED_BY(mutex_){0};
  bool cutsAll_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::map<Time, Batch> batches_
      MILLRACE_GUARDED_BY(mutex_);  // with which a version may end; not committed yet
  std::optional<Time> complete_ MILLRACE_GUARDED_BY(mutex_);  // to be committed
  std::set<std::string> stale_
      MILLRACE_GUARDED_BY(mutex_);  // states of the store that the first version replaces
  std::optional<Time> writing_ MILLRACE_GUARDED_BY(mutex_);
  int failures_ MILLRACE_GUARDED_BY(mutex_) = 0;  // of commits, in a row
  VersionReports reports_ MILLRACE_GUARDED_BY(mutex_);
  bool closed_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::unique_ptr<StateStore> store_;  // null once closed; last: its thread uses the others
};

}  // namespace millrace::core
