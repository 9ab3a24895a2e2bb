#pragma once

#include "program.hpp"

#include <cstddef>
#include <string>

namespace millrace::programs {

struct RunOptions {
  std::string mode = "micro-batch";
  int threads = 2;
  std::size_t chunk = 1024;
};

/// Runs a program on the engine, on a manual clock, batch by batch. Records of a batch come sorted.
Outcome run(const Program& program, const RunOptions& options);

}  // namespace millrace::programs
