#pragma once

#include <millrace/io/position.hpp>

#include <string>

namespace millrace::core {

/// Which records of one part of a source a batch covers, for sources that can be read again: a part is a file, say, or
/// a partition of a topic, and the batch has its records at the positions [from, until).
struct SourcePositions {
  std::string part;
  Position from;
  Position until;
};

}  // namespace millrace::core
