#pragma once

#include <millrace/base/bytes16.hpp>

#include <cstddef>
#include <cstdint>

namespace millrace::core {

/// The tags of 16 neighbouring slots of a FlatMap, one byte each: free, erased, or made of the low bits of the entry's
/// hash. A few instructions compare all of them; the answers are masks with bit i for slot i.
struct SlotGroup {
  static constexpr std::size_t kSlots = 16;
  static constexpr unsigned kFree = 0;
  /// An entry was erased while the group had no free slot: a search has to go on to the next group.
  static constexpr unsigned kErased = 1;
  static constexpr unsigned kLeastTag = 2;

  static unsigned tagOf(std::uint64_t hash) {
    const auto low = static_cast<unsigned>(hash & 0xff);
    return low < kLeastTag ? low + kLeastTag : low;
  }

  unsigned having(unsigned tag) const { return mask16(tags == repeat16(tag)); }
  unsigned unused() const { return mask16(tags < repeat16(kLeastTag)); }
  unsigned used() const { return ~unused() & 0xffff; }
  /// Writes all tags, though only one changes. Keys that come in the order of their hashes meet in one group, and the
  /// next search, which loads all tags, would stall after a store of one byte.
  void mark(std::size_t slot, unsigned tag) {
    constexpr Bytes16 kNumbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const auto here = kNumbers == repeat16(static_cast<unsigned>(slot));
    tags = here ? repeat16(tag) : tags;
  }
  bool isUsed(std::size_t slot) const { return tags[slot] >= kLeastTag; }
  bool hasFree() const { return having(kFree) != 0; }

  Bytes16 tags{};
};

}  // namespace millrace::core
