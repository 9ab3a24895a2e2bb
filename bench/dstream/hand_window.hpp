#pragma once

#include "hand_map.hpp"

#include <millrace/base/hash.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::bench {

/// A key's share in the checksum of a window.
inline std::uint64_t keyMark(std::uint64_t key) { return (key + 1) * 0x9e3779b97f4a7c15u; }

/// A sliding count by key as a specialist writes it: one map for the window and one per batch, the memory of the batch
/// that leaves going to the one that enters. Merges walk both maps in the order of the hash. With two threads each keeps
/// the keys of one half.
class HandWindow {
 public:
  HandWindow(std::size_t batches, int threads);

  /// Takes a batch in and the oldest one out, if the window is full. The sum of keyMark(key) * count.
  std::uint64_t slide(const std::vector<std::uint64_t>& batch);

 private:
  struct KeyHash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t key) const { return core::hashWord(key); }
  };
  using Map = HandMap<std::uint64_t, std::int64_t, KeyHash>;
  struct Part {
    Map window;
    std::vector<Map> batches;
  };

  std::uint64_t slide(Part& part, std::uint64_t half, const std::vector<std::uint64_t>& batch) const;

  const std::size_t size_;
  std::vector<Part> parts_;
  std::size_t slides_ = 0;
};

}  // namespace millrace::bench
