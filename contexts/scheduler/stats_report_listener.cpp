#include <millrace/contexts/scheduler/stats_report_listener.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace millrace {

StatsReportListener::StatsReportListener(int batches) : most_(static_cast<std::size_t>(batches)) {
  if (batches < 1) {
    throw IllegalArgument("a StatsReportListener of " + std::to_string(batches) +
                          " batches: give at least 1");
  }
}

void StatsReportListener::onBatchCompleted(const BatchInfo& batch) {
  if (!batch.totalDelay()) return;
  newest_.push_back({*batch.totalDelay(), *batch.processingDelay()});
  if (newest_.size() > most_) newest_.pop_front();
  log("total delay", &Delays::total);
  log("processing time", &Delays::processing);
}

void StatsReportListener::log(std::string_view what, std::int64_t Delays::*delay) const {
  std::vector<std::int64_t> sorted;
  for (const Delays& delays : newest_) sorted.push_back(delays.*delay);
  std::ranges::sort(sorted);
  const auto sum = std::accumulate(sorted.begin(), sorted.end(), std::int64_t{0});
  const auto percentile = [&](std::size_t percent) {
    return sorted[std::min(percent * sorted.size() / 100, sorted.size() - 1)];
  };
  logInfo(what, {{"batches", sorted.size()},
                 {"mean_ms", static_cast<double>(sum) / static_cast<double>(sorted.size())},
                 {"p0", percentile(0)},
                 {"p5", percentile(5)},
                 {"p10", percentile(10)},
                 {"p25", percentile(25)},
                 {"p50", percentile(50)},
                 {"p75", percentile(75)},
                 {"p90", percentile(90)},
                 {"p95", percentile(95)},
                 {"p100", percentile(100)}});
}

}  // namespace millrace
