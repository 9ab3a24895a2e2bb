#pragma once

#include <millrace/base/hash.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace millrace::core {

/// Random numbers that are the same for the same seed and partition, in every process. Fast, not for secrets.
class Random {
 public:
  Random(std::uint64_t seed, int partition)
      : state_(hashCombine(hashWord(seed), static_cast<std::uint64_t>(partition))) {}

  std::uint64_t next() { return hashWord(state_ += kHashThird); }
  /// At least 0, less than 1.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// Less than `limit`.
  std::uint64_t below(std::uint64_t limit) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * limit) >> 64);
  }
  /// A random number of the Poisson distribution with this mean, which is at most what an int counts.
  int poisson(double mean);

 private:
  std::uint64_t state_;
};

/// The seed given, or one that nobody can guess.
std::uint64_t seedOr(std::optional<std::uint64_t> seed);

/// IllegalArgument unless `fraction` is at least 0, and at most 1 for a sample without replacement, else what an int
/// counts.
double checkedFraction(bool withReplacement, double fraction);

/// Divides 0 to 1 in proportion to `weights`: the bounds, from 0 to 1. IllegalArgument for a negative weight, or none
/// above 0.
std::vector<double> shares(const std::vector<double>& weights);

}  // namespace millrace::core
