#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::bench {

/// How many records there are, by their memory, and how much memory the engine may use; a budget of 0 is none.
struct JobSize {
  std::uint64_t mebibytes;
  std::uint64_t budget;
};

/// The wide operators that are measured.
const std::vector<std::string>& wideJobs();

/// Runs a job in this process and prints its seconds, the most anonymous memory in bytes, and what tells its result.
void printJob(const std::string& job, const JobSize& size);

/// Runs a job in processes of their own, with the budget and without. Prints what it measures; false if something is past
/// its bound.
bool compareJob(const std::string& job, const JobSize& size);

}  // namespace millrace::bench
