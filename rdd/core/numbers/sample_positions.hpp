#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::core {

/// A position among all records of an RDD, and the place in the sample where its record goes.
struct SamplePosition {
  std::uint64_t record;
  std::size_t place;
};

/// Draws `wanted` of `records` positions, each as likely as any other, in a random order of their places: without
/// replacement each at most once (and so no more than there are). Ordered by record. The same seed draws the same.
std::vector<SamplePosition> drawPositions(std::uint64_t records, std::size_t wanted, bool withReplacement,
                                          std::uint64_t seed);

/// Those of the positions, ordered by record, that lie in [begin, end).
std::span<const SamplePosition> positionsIn(const std::vector<SamplePosition>& positions, std::uint64_t begin,
                                            std::uint64_t end);

/// A seed that differs from run to run.
std::uint64_t randomSeed();

}  // namespace millrace::core
