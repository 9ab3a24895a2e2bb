#pragma once

#include <string>

namespace millrace::bench {

/// Runs a program of continuous_expansion ("repartition, lines" …) in this process, which should be a fresh one: by how
/// many bytes its memory grew above idle at most.
double peakAboveIdle(const std::string& program);

}  // namespace millrace::bench
