#include <millrace/contexts/recovery/logged_runs.hpp>

namespace millrace::core {

void LoggedRuns::add(const BatchRecord& record) {
  std::visit([this](const auto& one) { add(one); }, record);
}

void LoggedRuns::add(const LoggedBatch& batch) {
  batches_[batch.time] = batch;
  if (batch.isSkipped) {
    begun_.erase(batch.time);
    if (lastRun_) lastRun_->deaths.erase(batch.time);
    return;
  }
  if (batch.oldestRunning) begun_.erase(begun_.begin(), begun_.lower_bound(*batch.oldestRunning));
  begun_.insert(batch.time);
  if (batch.next) begun_.insert(*batch.next);
}

void LoggedRuns::add(const RunBegin& run) {
  lastRun_ = run;
  begun_.clear();
  if (run.oneByOne) return;
  for (const auto& [time, deaths] : run.deaths) begun_.insert(time);
}

std::vector<LoggedBatch> LoggedRuns::batchesBehind(std::optional<Time> committed) const {
  std::vector<LoggedBatch> batches;
  for (const auto& [time, batch] : batches_)
    if (!committed || time > *committed) batches.push_back(batch);
  return batches;
}

int LoggedRuns::deathsIn(Time time) const {
  const int now = begun_.contains(time) ? 1 : 0;
  if (!lastRun_) return now;
  const auto before = lastRun_->deaths.find(time);
  return now + (before == lastRun_->deaths.end() ? 0 : before->second);
}

}  // namespace millrace::core
