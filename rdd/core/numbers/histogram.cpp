#include <millrace/base/error.hpp>
#include <millrace/rdd/core/numbers/histogram.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace millrace::core {

Histogram::Histogram(const std::vector<double>& bounds, bool even) : bounds_(bounds), even_(even) {
  if (bounds_.size() < 2)
    throw IllegalArgument("a histogram of " + std::to_string(bounds_.size()) + " bounds: give at least 2");
  for (std::size_t i = 1; i < bounds_.size(); ++i) {
    if (!(bounds_[i - 1] <= bounds_[i]))
      throw IllegalArgument("the bounds of a histogram do not ascend: " + std::to_string(bounds_[i - 1]) +
                            ", " + std::to_string(bounds_[i]) + "; sort them");
  }
  counts_.resize(bounds_.size() - 1);
}

Histogram::Histogram(const Histogram&) = default;
Histogram::Histogram(Histogram&&) noexcept = default;
Histogram::~Histogram() = default;

void Histogram::add(std::span<const double> numbers) {
  const double first = bounds_.front(), last = bounds_.back();
  const double width = last - first;
  const bool even = even_ && std::isfinite(width);
  for (double number : numbers) {
    if (!(number >= first && number <= last)) continue;
    std::size_t bucket = counts_.size() - 1;
    if (number < last) {
      bucket =
          even ? std::min(bucket, static_cast<std::size_t>((number - first) / width *
                                                           static_cast<double>(counts_.size())))
               : static_cast<std::size_t>(std::ranges::upper_bound(bounds_, number) - bounds_.begin()) - 1;
    }
    ++counts_[bucket];
  }
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::vector<std::int64_t> Histogram::counts() const { return counts_; }

std::vector<double> evenBounds(double min, double max, int buckets) {
  if (buckets < 1)
    throw IllegalArgument("a histogram of " + std::to_string(buckets) + " buckets: give at least 1");
  if (!std::isfinite(min) || !std::isfinite(max))
    throw Unsupported(
        "a histogram of an empty RDD, or of one with NaN or an infinite number: filter them out, or give "
        "bounds");
  if (min == max) return {min, min};
  std::vector<double> bounds;
  const bool overflows = !std::isfinite(buckets * (max - min));
  for (int i = 0; i < buckets; ++i) {
    const double part = static_cast<double>(i) / buckets;
    bounds.push_back(overflows ? min * (1 - part) + max * part : min + i * (max - min) / buckets);
  }
  bounds.push_back(max);
  return bounds;
}

}  // namespace millrace::core
