#pragma once

#include "program.hpp"

#include <cstddef>
#include <string>

namespace millrace::programs {

struct RunOptions {
  std::string mode = "micro-batch";
  int threads = 2;
  int partitions = 0;  // where the program does not say; 0: as many as threads
  std::size_t chunk = 1024;
};

/// Runs a program on the engine, on a manual clock, batch by batch. Records of a batch come sorted. Where an output
/// fails, the outputs before it in that batch are part of the outcome; where the batch could not be made, or a step that
/// failed ended the continuous run, none is.
Outcome run(const Program& program, const RunOptions& options);

}  // namespace millrace::programs
