#include "zipf.hpp"

namespace millrace::bench {

Zipf::Zipf(std::uint32_t ranks) : slots_(ranks) {
  double sum = 0;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) sum += 1.0 / (rank + 1);
  std::vector<double> share(ranks);
  std::vector<std::uint32_t> poor, rich;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    share[rank] = ranks / (sum * (rank + 1));
    slots_[rank].other = rank;
    (share[rank] < 1 ? poor : rich).push_back(rank);
  }
  while (!poor.empty() && !rich.empty()) {
    std::uint32_t from = rich.back(), to = poor.back();
    poor.pop_back();
    slots_[to] = {static_cast<std::uint32_t>(share[to] * 4294967295.0), from};
    share[from] -= 1 - share[to];
    if (share[from] < 1) {
      rich.pop_back();
      poor.push_back(from);
    }
  }
}

std::uint32_t Zipf::operator()(Random& random) const {
  std::uint64_t drawn = random();
  auto rank = static_cast<std::uint32_t>((drawn >> 32) * slots_.size() >> 32);
  const Slot& slot = slots_[rank];
  return static_cast<std::uint32_t>(drawn) <= slot.threshold ? rank : slot.other;
}

}  // namespace millrace::bench
