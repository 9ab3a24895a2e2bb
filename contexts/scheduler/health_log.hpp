#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/scheduler/progress_listener.hpp>

#include <cstdint>
#include <memory>

namespace millrace::core {

/// Logs one line per interval that says how the context fares: batches, records, rate, delays and what waits. It looks when a
/// batch ends, so it needs no thread; what hangs is named by others. If the newest batch took longer from its time to its
/// end than an interval between batches, it warns of falling behind.
class HealthLog final : public StreamingListener {
 public:
  /// `interval` and `batch` in ms.
  HealthLog(std::shared_ptr<Clock> clock, std::shared_ptr<const ProgressListener> progress,
            std::int64_t interval, std::int64_t batch);

  void onBatchCompleted(const BatchInfo& batch) override;

 private:
  struct Seen {
    std::int64_t time;
    std::int64_t batches;
    std::int64_t records;
  };

  const std::shared_ptr<Clock> clock_;
  const std::shared_ptr<const ProgressListener> progress_;
  const std::int64_t interval_;
  const std::int64_t batch_;
  Seen last_;  // when it logged last
};

}  // namespace millrace::core
