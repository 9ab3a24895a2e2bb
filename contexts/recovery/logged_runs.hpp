#pragma once

#include <millrace/contexts/recovery/batch_record.hpp>
#include <millrace/dstream/core/time.hpp>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace millrace::core {

/// What the log of batches tells of the runs before this one, record by record.
class LoggedRuns {
 public:
  void add(const BatchRecord& record);

  /// The batches behind that time, or all of them, in order.
  std::vector<LoggedBatch> batchesBehind(std::optional<Time> committed) const;
  /// How many runs have died while this batch had begun and was not over. A run that was stopped in order has not died.
  int deathsIn(Time time) const;
  /// Whether the last run died with a batch that had begun.
  bool diedInBatch() const { return !begun_.empty(); }
  /// How the last run began; nothing if the log says that of none.
  const std::optional<RunBegin>& lastRun() const { return lastRun_; }

 private:
  void add(const LoggedBatch& batch);
  void add(const RunBegin& run);
  void add(const BatchBegin& begin) { begun_ = {begin.time}; }
  void add(const RunStop&) { begun_.clear(); }

  std::map<Time, LoggedBatch> batches_;
  std::optional<RunBegin> lastRun_;
  std::set<Time> begun_;  // in the last run
};

}  // namespace millrace::core
