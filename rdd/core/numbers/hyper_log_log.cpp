#include <millrace/base/error.hpp>
#include <millrace/rdd/core/numbers/hyper_log_log.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace millrace::core {

namespace {

constexpr std::size_t kBytesPerSparseEntry = 12;

std::uint64_t remix(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdu;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53u;
  return hash ^ (hash >> 33);
}

// The two series of the estimator, summed until they no longer change.
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1, z = x;
  for (double before = -1; z != before;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x;
  for (double before = -1; z != before;) {
    x = std::sqrt(x);
    before = z;
    y /= 2;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

}  // namespace

HyperLogLog::HyperLogLog(int p, int sp) : p_(p), sparseP_(std::max(p, sp)) {
  if (p < 4 || p > 32 || (sp != 0 && (sp < p || sp > 32)))
    throw IllegalArgument("countApproxDistinct with p = " + std::to_string(p) + ", sp = " +
                          std::to_string(sp) + ": give p from 4 to 32, and sp from p to 32, or 0 for none");
}

HyperLogLog::HyperLogLog(HyperLogLog&&) noexcept = default;
HyperLogLog::~HyperLogLog() = default;

int HyperLogLog::precisionFor(double relativeSD) {
  if (!(relativeSD > 0.000017))
    throw IllegalArgument("countApproxDistinct with a relative standard deviation of " +
                          std::to_string(relativeSD) + ": give more than 0.000017");
  return static_cast<int>(std::max(4.0, std::ceil(2 * std::log2(1.054 / relativeSD))));
}

void HyperLogLog::add(std::uint64_t hash) {
  hash = remix(hash);
  const int p = dense_.empty() ? sparseP_ : p_;
  const auto index = static_cast<std::uint32_t>(hash >> (64 - p));
  raise(index, static_cast<Rank>(std::countl_zero(hash << p | std::uint64_t{1} << (p - 1)) + 1));
}

void HyperLogLog::raise(std::uint32_t index, Rank rank) {
  if (!dense_.empty()) {
    dense_[index] = std::max(dense_[index], rank);
    return;
  }
  Rank& held = sparse_[index];
  held = std::max(held, rank);
  if (sparse_.size() * kBytesPerSparseEntry > std::size_t{1} << p_) makeDense();
}

void HyperLogLog::raiseDense(std::uint32_t sparseIndex, Rank sparseRank) {
  const int dropped = sparseP_ - p_;
  const auto index = static_cast<std::uint32_t>(std::uint64_t{sparseIndex} >> dropped);
  const std::uint64_t low = sparseIndex & ((std::uint64_t{1} << dropped) - 1);
  const int rank = low != 0 ? dropped - std::bit_width(low) + 1 : dropped + sparseRank;
  dense_[index] = std::max(dense_[index], static_cast<Rank>(rank));
}

void HyperLogLog::makeDense() {
  dense_.resize(std::size_t{1} << p_);
  for (const auto& [index, rank] : sparse_) raiseDense(index, rank);
  sparse_ = {};
}

void HyperLogLog::merge(const HyperLogLog& other) {
  if (!other.dense_.empty()) {
    if (dense_.empty()) makeDense();
    for (std::size_t i = 0; i < dense_.size(); ++i) dense_[i] = std::max(dense_[i], other.dense_[i]);
    return;
  }
  for (const auto& [index, rank] : other.sparse_) {
    if (dense_.empty()) {
      raise(index, rank);
    } else {
      raiseDense(index, rank);
    }
  }
}

std::vector<double> HyperLogLog::histogram() const {
  std::vector<double> registers(static_cast<std::size_t>(64 - p_ + 2));
  for (Rank rank : dense_) ++registers[rank];
  for (const auto& [index, rank] : sparse_) ++registers[rank];
  if (dense_.empty()) registers[0] = std::ldexp(1, p_) - static_cast<double>(sparse_.size());
  return registers;
}

double HyperLogLog::estimate() const {
  if (dense_.empty() && sparseP_ > p_) {
    const double m = std::ldexp(1, sparseP_);
    return m * std::log(m / (m - static_cast<double>(sparse_.size())));
  }
  const auto registers = histogram();
  const double m = std::ldexp(1, p_);
  double z = m * tau(1 - registers.back() / m);
  for (std::size_t k = registers.size() - 2; k >= 1; --k) z = (z + registers[k]) / 2;
  z += m * sigma(registers[0] / m);
  return m / (2 * std::log(2)) * m / z;
}

std::int64_t HyperLogLog::roundedEstimate() const { return std::llround(estimate()); }

}  // namespace millrace::core
