#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::core {

/// Counts numbers in buckets [a, b) between neighbouring bounds, the last one [a, b]; what is outside, and NaN, is left
/// out.
class Histogram {
 public:
  /// `even`: all buckets are as wide as each other, so that they are found by arithmetic. IllegalArgument for fewer than
  /// two bounds and for bounds that do not ascend.
  Histogram(const std::vector<double>& bounds, bool even);
  Histogram(const Histogram&);
  Histogram(Histogram&&) noexcept;
  ~Histogram();

  void add(std::span<const double> numbers);
  void merge(const Histogram& other);
  std::vector<std::int64_t> counts() const;

 private:
  std::vector<double> bounds_;
  std::vector<std::int64_t> counts_;
  bool even_;
};

/// The bounds of `buckets` even buckets from `min` to `max`; of one if these are equal. IllegalArgument below 1 bucket;
/// Unsupported unless both are finite numbers.
std::vector<double> evenBounds(double min, double max, int buckets);

}  // namespace millrace::core
