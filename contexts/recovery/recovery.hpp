#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/recovery/batch_log.hpp>
#include <millrace/contexts/recovery/batch_progress.hpp>
#include <millrace/contexts/recovery/batch_record.hpp>
#include <millrace/contexts/recovery/logged_runs.hpp>
#include <millrace/contexts/recovery/poison_policy.hpp>
#include <millrace/contexts/recovery/run_state.hpp>
#include <millrace/contexts/recovery/version_reports.hpp>
#include <millrace/contexts/scheduler/batch_generator.hpp>
#include <millrace/contexts/scheduler/batch_observer.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/dstream/core/cut.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/store/state_store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
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
/// `maxUncommitted` batches more this run ends, too.
///
/// Before the jobs of a batch run, what it reads is logged. So a later run makes the batches behind the last complete one again,
/// with the same times and input, before it has batches of its own. The log also says in which batches runs have died. One in which
/// two have, and with it all others that run again, begins when the one before is over, so that the next death shows which batch
/// it was. Thread-safe.
class Recovery final : public CutSink, public BatchObserver {
 public:
  static constexpr std::size_t kMostUnwritten = 10;
  static constexpr int kMostFailures = 10;  // of versions to be written, one after the other
  static constexpr int kDeathsBeforeCare = 2;

  struct Settings {
    std::string directory;
    bool goesOn = false;       // with what the directory has; else that is moved aside
    bool startAfresh = false;  // moves aside what the directory has, whatever it is
    bool dropUnknownState = false;
    std::size_t maxUncommitted = 100;
    int cutEvery = 1;  // batches, or epochs: which of them a version may end with
    PoisonPolicy poison = PoisonPolicy::kStop;
    bool isContinuous = false;
    std::map<std::string, std::string> settings;  // of the program, without secrets
  };

  /// Takes the directory for this process. SparkException naming the owner if another one has it; DamagedFile.
  Recovery(std::shared_ptr<FileSystem> files, const StreamGraph& graph, std::shared_ptr<ContextWaiter> waiter,
           VersionReports reports, Settings settings);

  /// Has the graph and its sources go on where an earlier run had come to; gives the time of the newest batch that it had made, or
  /// nothing if there was no such run. IllegalArgument, with all that does not fit in one message. Called before the graph and
  /// the sources are started.
  std::optional<Time> resume(StreamGraph& graph);
  /// The newest batch that the run before has committed, or the time zero of that run. Once `resume` gave a time.
  Time goneOnBehind();
  /// Says when time zero of this run was. Before its first batch.
  void start(Time zeroTime);
  /// Makes the batches again that are not committed. Before receivers start. IllegalState if a stop has ended that.
  void runAgain(BatchGenerator& generator, const std::stop_token& stop);
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

  // recovery_resume.cpp
  /// What a run has left that had committed nothing.
  RunState begunOnly(const LoggedRuns& runs) const;
  ProgramMatch match(const RunState& saved) const;
  void adopt(const RunState& saved, const ProgramMatch& match);
  /// Of sources that had a place, and do not go on there.
  void warnOfPlacesLeft(const RunState& saved, const ProgramMatch& match) const;
  std::map<int, KeptState> storedStates(const ProgramMatch& match, std::uint64_t version);
  void readAgain(const std::vector<LoggedBatch>& batches);
  void guardAgainstDeaths(const LoggedRuns& runs, std::vector<LoggedBatch>& batches);
  [[noreturn]] void refuse(const std::vector<std::string>& problems) const;

  // recovery.cpp
  /// IllegalState once closed.
  std::shared_ptr<BatchLog> log();
  static void endLog(BatchLog& log);
  void cleanLog(Time committed);
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
  // Of the thread that starts the run.
  std::vector<Time> again_;  // the batches that run again
  Time next_{0};             // the batch behind them
  RunBegin begin_;

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
  std::optional<Time> complete_ MILLRACE_GUARDED_BY(mutex_);   // to be committed
  std::optional<Time> committed_ MILLRACE_GUARDED_BY(mutex_);  // newest version of this run
  std::set<std::string> stale_
      MILLRACE_GUARDED_BY(mutex_);  // states of the store that the first version replaces
  std::optional<Time> writing_ MILLRACE_GUARDED_BY(mutex_);
  int failures_ MILLRACE_GUARDED_BY(mutex_) = 0;  // of commits, in a row
  VersionReports reports_ MILLRACE_GUARDED_BY(mutex_);
  bool closed_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<BatchLog> log_ MILLRACE_GUARDED_BY(mutex_);  // null once closed
  std::unique_ptr<StateStore> store_;  // null once closed; last: its thread uses the others
};

}  // namespace millrace::core
