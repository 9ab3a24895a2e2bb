#include <millrace/rdd/stat_counter.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace millrace {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// NaN and the signs of zeros as in Java's Math.max and Math.min.
double larger(double a, double b) { return a > b || std::isnan(a) || (a == b && std::signbit(b)) ? a : b; }
double smaller(double a, double b) { return a < b || std::isnan(a) || (a == b && std::signbit(a)) ? a : b; }

}  // namespace

StatCounter::StatCounter() : max_(-kInfinity), min_(kInfinity) {}

StatCounter::StatCounter(std::span<const double> numbers) : StatCounter() { merge(numbers); }

StatCounter& StatCounter::merge(double number) { return merge(std::span(&number, 1)); }

StatCounter& StatCounter::merge(std::span<const double> numbers) {
  if (numbers.empty()) return *this;
  StatCounter these;
  double sum = 0;
  for (double number : numbers) {
    sum += number;
    these.max_ = larger(number, these.max_);
    these.min_ = smaller(number, these.min_);
  }
  these.count_ = static_cast<std::int64_t>(numbers.size());
  these.mean_ = sum / static_cast<double>(numbers.size());
  for (double number : numbers) these.m2_ += (number - these.mean_) * (number - these.mean_);
  return merge(these);
}

StatCounter& StatCounter::merge(const StatCounter& other) {
  if (other.count_ == 0) return *this;
  if (count_ == 0) return *this = other;
  const auto n = static_cast<double>(count_);
  const auto m = static_cast<double>(other.count_);
  const double delta = other.mean_ - mean_;
  if (m * 10 < n) {
    mean_ += delta * m / (n + m);
  } else if (n * 10 < m) {
    mean_ = other.mean_ - delta * n / (n + m);
  } else {
    mean_ = (mean_ * n + other.mean_ * m) / (n + m);
  }
  m2_ += other.m2_ + delta * delta * n * m / (n + m);
  count_ += other.count_;
  max_ = larger(other.max_, max_);
  min_ = smaller(other.min_, min_);
  return *this;
}

double StatCounter::popVariance() const { return count_ == 0 ? kNaN : m2_ / static_cast<double>(count_); }
double StatCounter::popStdev() const { return std::sqrt(popVariance()); }
double StatCounter::sampleVariance() const {
  return count_ <= 1 ? kNaN : m2_ / static_cast<double>(count_ - 1);
}
double StatCounter::sampleStdev() const { return std::sqrt(sampleVariance()); }

std::string StatCounter::toString() const {
  std::string text(256, '\0');
  const auto write = [&] {
    return std::snprintf(text.data(), text.size(), "(count: %lld, mean: %f, stdev: %f, max: %f, min: %f)",
                         static_cast<long long>(count_), mean_, stdev(), max_, min_);
  };
  auto size = static_cast<std::size_t>(write());
  if (size >= text.size()) {
    text.resize(size + 1);
    write();
  }
  text.resize(size);
  return text;
}

std::ostream& operator<<(std::ostream& out, const StatCounter& stats) { return out << stats.toString(); }

}  // namespace millrace
