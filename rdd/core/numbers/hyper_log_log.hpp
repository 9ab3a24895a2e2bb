#pragma once

#include <millrace/base/flat_map.hpp>
#include <millrace/base/hash.hpp>

#include <cstdint>
#include <vector>

namespace millrace::core {

/// Estimates how many different hashes it has been given, in memory that does not grow with them. HyperLogLog++ in what
/// it keeps: 64-bit hashes, 2^p registers, and before there are many a sparse form of precision sp > p (none for sp 0).
/// The estimate is the improved raw estimator of Ertl (2017), which needs no tables of measured corrections and is
/// unbiased from 0 on. Its relative standard deviation is about 1.04 / 2^(p/2).
class HyperLogLog {
 public:
  /// IllegalArgument unless 4 <= p <= 32 and sp is 0 or p <= sp <= 32.
  explicit HyperLogLog(int p, int sp = 0);
  HyperLogLog(HyperLogLog&&) noexcept;
  ~HyperLogLog();
  /// The least p for this relative standard deviation. IllegalArgument below 0.000017, which would need p > 32.
  static int precisionFor(double relativeSD);

  /// Hashes need not be good ones: they are remixed.
  void add(std::uint64_t hash);
  /// Takes what `other`, made with the same p and sp, has seen.
  void merge(const HyperLogLog& other);
  double estimate() const;
  std::int64_t roundedEstimate() const;

 private:
  using Rank = std::uint8_t;
  void raise(std::uint32_t index, Rank rank);
  void raiseDense(std::uint32_t sparseIndex, Rank sparseRank);
  void makeDense();
  std::vector<double> histogram() const;

  int p_;
  int sparseP_;
  FlatMap<std::uint32_t, Rank, Hash<std::uint32_t>> sparse_;
  std::vector<Rank> dense_;
};

}  // namespace millrace::core
