#pragma once

#include <millrace/rdd/core/numbers/random.hpp>

#include <cstddef>
#include <cstdint>

namespace millrace::core {

/// Chooses a sample of up to `most` records of a stream of unknown length, each record as likely as any other. It says
/// which record is the next to be taken, so that those between cost nothing. (Algorithm L of Kim-Hung Li, 1994)
class Reservoir {
 public:
  /// `most` is at least 1.
  Reservoir(std::size_t most, Random random) : most_(most), random_(random) {}

  /// The number, from 0 on, of the next record that is taken.
  std::uint64_t next() const { return next_; }
  /// Takes that record and gives its place in the sample. The first `most` records get the places in order; each later
  /// one replaces the record of a random place.
  std::size_t take();

 private:
  void jump();

  std::size_t most_;
  Random random_;
  std::uint64_t next_ = 0;
  /// The largest of as many uniform random numbers as the sample has places, each record having one of its own: a record
  /// enters when its number is smaller.
  double largest_ = 1;
};

}  // namespace millrace::core
