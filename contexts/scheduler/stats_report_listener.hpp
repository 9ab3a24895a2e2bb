#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace millrace {

/// Logs, after each batch, how the total delays and the processing times of the newest batches are distributed: one line
/// each, in ms, with the mean and percentiles. Add it with StreamingContext::addStreamingListener. (Spark:
/// StatsReportListener)
class StatsReportListener final : public StreamingListener {
 public:
  /// Looks at so many batches. IllegalArgument for less than one.
  explicit StatsReportListener(int batches = 10);

  void onBatchCompleted(const BatchInfo& batch) override;

 private:
  struct Delays {
    std::int64_t total;
    std::int64_t processing;
  };
  void log(std::string_view what, std::int64_t Delays::*delay) const;

  const std::size_t most_;
  std::deque<Delays> newest_;
};

}  // namespace millrace
