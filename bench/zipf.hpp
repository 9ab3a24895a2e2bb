#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::bench {

/// Random numbers that are the same on every machine (splitmix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(((*this)() >> 32) * limit >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Draws ranks 0 … n-1, rank k with probability ~ 1 / (k + 1): Zipf's law with exponent 1, by the alias method.
class Zipf {
 public:
  explicit Zipf(std::uint32_t ranks);
  std::uint32_t operator()(Random& random) const;

 private:
  struct Slot {
    std::uint32_t threshold = 0xffffffffu;  // of 2^32: up to here the slot's own rank, else the other one
    std::uint32_t other = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace millrace::bench
