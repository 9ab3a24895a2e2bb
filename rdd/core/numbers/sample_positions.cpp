#include <millrace/base/flat_map.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/numbers/sample_positions.hpp>

#include <algorithm>
#include <random>

namespace millrace::core {

namespace {

// The library's distributions may differ from one library to the next.
std::uint64_t below(std::uint64_t limit, std::mt19937_64& random) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{random()} * limit >> 64);
}

}  // namespace

std::vector<SamplePosition> drawPositions(std::uint64_t records, std::size_t wanted, bool withReplacement,
                                          std::uint64_t seed) {
  std::mt19937_64 random(seed);
  if (records == 0) return {};
  if (!withReplacement) wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, records));
  std::vector<SamplePosition> drawn(wanted);
  // A shuffle of all positions of which only the first ones, and what was moved to others, are kept.
  FlatMap<std::uint64_t, std::uint64_t, Hash<std::uint64_t>> moved;
  const auto at = [&](std::uint64_t position) {
    const auto* found = moved.find(position);
    return found == nullptr ? position : found->second;
  };
  for (std::size_t place = 0; place < wanted; ++place) {
    if (withReplacement) {
      drawn[place] = {below(records, random), place};
      continue;
    }
    const std::uint64_t chosen = place + below(records - place, random);
    drawn[place] = {at(chosen), place};
    moved[chosen] = at(place);
  }
  std::ranges::sort(drawn, {}, &SamplePosition::record);
  return drawn;
}

std::span<const SamplePosition> positionsIn(const std::vector<SamplePosition>& positions, std::uint64_t begin,
                                            std::uint64_t end) {
  return {std::ranges::lower_bound(positions, begin, {}, &SamplePosition::record),
          std::ranges::lower_bound(positions, end, {}, &SamplePosition::record)};
}

std::uint64_t randomSeed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace millrace::core
