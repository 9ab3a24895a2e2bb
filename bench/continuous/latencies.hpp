#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::bench {

/// How long after they were due things were done, in microseconds. For one thread at a time.
class Latencies {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// What is due in the first `skip` of the run does not count: connections open, tables grow.
  explicit Latencies(std::size_t expected, std::chrono::milliseconds skip = std::chrono::milliseconds(200))
      : skip_(skip) {
    samples_.reserve(expected);
  }

  void add(TimePoint due, TimePoint done) { samples_.push_back({due, done - due}); }
  /// Those that were due between these times, all of which count.
  Latencies during(TimePoint from, TimePoint to) const;
  std::size_t size() const { return samples_.size(); }

  double p50() const;
  /// The median of the p99s of windows of 100 ms of due times.
  double wp99() const;

 private:
  struct Sample {
    TimePoint due;
    TimePoint::duration took;
  };
  std::vector<std::vector<double>> windows() const;

  const std::chrono::milliseconds skip_;
  std::vector<Sample> samples_;
};

}  // namespace millrace::bench
