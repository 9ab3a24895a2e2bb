#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>

namespace millrace {

/// Count, mean, variance, largest and smallest of numbers, merged without loss of precision. A value. NaN among the
/// numbers makes all but the count NaN. (Spark: StatCounter)
class StatCounter {
 public:
  StatCounter();
  explicit StatCounter(std::span<const double> numbers);

  StatCounter& merge(double number);
  StatCounter& merge(std::span<const double> numbers);
  StatCounter& merge(const StatCounter& other);

  std::int64_t count() const { return count_; }
  double mean() const { return mean_; }
  double sum() const { return static_cast<double>(count_) * mean_; }
  /// Negative infinity where there was no number; min() is positive infinity.
  double max() const { return max_; }
  double min() const { return min_; }
  /// Of the population (divided by n); NaN where there was no number.
  double popVariance() const;
  double variance() const { return popVariance(); }
  double popStdev() const;
  double stdev() const { return popStdev(); }
  /// Of a sample (divided by n - 1); NaN for fewer than two numbers.
  double sampleVariance() const;
  double sampleStdev() const;

  /// `(count: 2, mean: 3.000000, stdev: 1.000000, max: 4.000000, min: 2.000000)`
  std::string toString() const;

 private:
  std::int64_t count_ = 0;
  double mean_ = 0;
  double m2_ = 0;  // sum of the squared distances from the mean
  double max_;
  double min_;
};

std::ostream& operator<<(std::ostream& out, const StatCounter& stats);

}  // namespace millrace
