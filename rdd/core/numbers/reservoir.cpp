#include <millrace/rdd/core/numbers/reservoir.hpp>

#include <algorithm>
#include <cmath>

namespace millrace::core {

std::size_t Reservoir::take() {
  const bool filling = next_ < most_;
  const auto place = static_cast<std::size_t>(filling ? next_ : random_.below(most_));
  ++next_;
  if (next_ >= most_) jump();
  return place;
}

void Reservoir::jump() {
  constexpr double kNever = 0x1.0p62;
  const auto logOfUniform = [this] { return std::log(1 - random_.uniform()); };
  largest_ *= std::exp(logOfUniform() / static_cast<double>(most_));
  const double passed = std::floor(logOfUniform() / std::log1p(-largest_));
  next_ += static_cast<std::uint64_t>(std::min(kNever, passed));
}

}  // namespace millrace::core
