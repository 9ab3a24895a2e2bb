#include <millrace/base/error.hpp>
#include <millrace/rdd/core/numbers/random.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace millrace::core {

namespace {

struct Bits {
  using result_type = std::uint64_t;
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }
  std::uint64_t operator()() { return random.next(); }

  Random& random;
};

}  // namespace

int Random::poisson(double mean) {
  if (!(mean > 0)) return 0;
  Bits bits{*this};
  return std::poisson_distribution<int>(mean)(bits);
}

std::uint64_t seedOr(std::optional<std::uint64_t> seed) {
  if (seed) return *seed;
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

double checkedFraction(bool withReplacement, double fraction) {
  if (!(fraction >= 0) || std::isinf(fraction))
    throw IllegalArgument("a sample of fraction " + std::to_string(fraction) + ": give a number from 0 on");
  if (!withReplacement && fraction > 1)
    throw IllegalArgument("a sample of fraction " + std::to_string(fraction) +
                          " without replacement: give at most 1, or sample with replacement");
  if (fraction > std::numeric_limits<int>::max())
    throw IllegalArgument("a sample of fraction " + std::to_string(fraction) + ": give at most " +
                          std::to_string(std::numeric_limits<int>::max()));
  return fraction;
}

std::vector<double> shares(const std::vector<double>& weights) {
  double sum = 0;
  for (double weight : weights) {
    if (!(weight >= 0) || std::isinf(weight))
      throw IllegalArgument("a split with weight " + std::to_string(weight) + ": give numbers from 0 on");
    sum += weight;
  }
  if (!(sum > 0)) throw IllegalArgument("a split whose weights have no sum above 0: give one weight above 0");
  std::vector<double> ends{0};
  double reached = 0;
  for (double weight : weights) ends.push_back((reached += weight) / sum);
  ends.back() = 1;
  return ends;
}

}  // namespace millrace::core
