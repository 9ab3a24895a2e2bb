#include <millrace/contexts/recovery/batch_log.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace millrace::core {

BatchLog::BatchLog(FileSystem& files, const std::string& directory) : log_(files, directory, kSegment) {
  std::map<Time, std::uint64_t> positions;
  log_.read(log_.first(), log_.next(), [&](std::uint64_t position, std::string_view block) {
    const BatchRecord record = decodeBatchRecord(block);
    if (const auto* batch = std::get_if<LoggedBatch>(&record)) positions[batch->time] = position;
    earlier_.add(record);
  });
  MutexLock lock(mutex_);
  positions_ = std::move(positions);
}

void BatchLog::beginRun(const RunBegin& run) {
  MutexLock lock(mutex_);
  log_.append(encodeBatchRecord(run));
  hasBegun_ = true;
}

void BatchLog::beginBatch(Time time) { log_.append(encodeBatchRecord(BatchBegin{time})); }

void BatchLog::append(LoggedBatch batch) {
  MutexLock lock(mutex_);
  if (positions_.contains(batch.time)) return;
  unlogged_.push_back(std::move(batch));
  for (; !unlogged_.empty(); unlogged_.pop_front()) write(unlogged_.front());
}

void BatchLog::skip(const LoggedBatch& batch) {
  MutexLock lock(mutex_);
  write(batch);
}

void BatchLog::write(const LoggedBatch& batch) {
  positions_[batch.time] = log_.append(encodeBatchRecord(batch));
}

void BatchLog::endRun() {
  MutexLock lock(mutex_);
  if (std::exchange(hasBegun_, false)) log_.append(encodeBatchRecord(RunStop{}));
}

void BatchLog::cleanTo(Time committed) {
  MutexLock lock(mutex_);
  positions_.erase(positions_.begin(), positions_.upper_bound(committed));
  std::uint64_t oldest = log_.next();
  for (const auto& [time, position] : positions_) oldest = std::min(oldest, position);
  log_.cleanTo(oldest);
}

}  // namespace millrace::core
