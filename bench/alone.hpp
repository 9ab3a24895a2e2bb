#pragma once

#include <string>

namespace millrace::bench {

/// Runs a program in a process of its own (`millrace_bench --peak PROGRAM`), because what other benchmarks have left in
/// this one's memory would hide a peak: its peak in bytes.
double peakOfChild(const std::string& program);

/// A figure of this process in /proc/self/status, in bytes.
double memoryOf(const std::string& field);

}  // namespace millrace::bench
