#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/io/position.hpp>
#include <millrace/io/pump_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace millrace::core {

/// What a run asks of a source whose partitions are polled; see SourcePump.
struct PolledSource {
  virtual ~PolledSource() = default;
  virtual int partitions() const = 0;
  /// Sends records and marks to `sink` instead of keeping records for batches. Before the source starts.
  virtual void forwardTo(std::shared_ptr<PumpSink> sink) = 0;
  /// Has `received` called behind each block, with its records, on the pumps' threads. Before the source starts.
  virtual void onReceived(std::function<void(std::size_t records)> received) = 0;
  /// If the batch of `time` is one of an earlier run's, sends the records that it had; then the next marks that are asked for
  /// come behind these. SparkException if the source does not give them again; marks do come then. Before the source starts.
  virtual void sendAgain(Time time) = 0;
  /// Asks each partition for a mark.
  virtual void requestMarks(std::int64_t mark) = 0;
  /// Limits what its partitions together give from now on, in records per second; see RateLimiter::updateRate.
  virtual void setRate(std::int64_t rate) = 0;
  /// While it is held its partitions give nothing but marks.
  virtual void hold(bool on) = 0;
  /// How often a partition had to wait until the records that it had given were in a batch.
  virtual std::int64_t waits() const = 0;
  /// Says which positions the batch of `time` covers, by partition.
  virtual void setPositions(Time time, std::vector<PositionRange> covered) = 0;
};

}  // namespace millrace::core
