#include "storage/wide_jobs.hpp"

#include <millrace/base/log.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

using namespace millrace::bench;

namespace {

constexpr std::string_view kUsage =
    R"(usage: millrace_soak_storage [--mebibytes N] [--budget MEBIBYTES] [--only JOB]

sortBy, groupByKey, join, distinct and reduceByKey of so many MiB of records (4096), each in a process of its own with a
memory budget (of 512 MiB), and again with memory enough. Exit code 0 if both give the same result, and with the budget in at
most three times the time and with at most 64 MiB of anonymous memory more than the budget.
)";

}  // namespace

int main(int argc, char** argv) try {
  millrace::setLogLevel(millrace::LogLevel::kError);
  JobSize size{4096, 512};
  std::string only, run;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help") {
      std::cout << kUsage;
      return 0;
    }
    const bool known =
        option == "--mebibytes" || option == "--budget" || option == "--only" || option == "--run";
    if (!known || ++i == argc) {
      std::cerr << kUsage;
      return 2;
    }
    if (option == "--mebibytes") size.mebibytes = std::strtoull(argv[i], nullptr, 10);
    if (option == "--budget") size.budget = std::strtoull(argv[i], nullptr, 10);
    if (option == "--only") only = argv[i];
    if (option == "--run") run = argv[i];
  }
  if (!run.empty()) {
    printJob(run, size);
    return 0;
  }
  bool passed = true;
  for (const std::string& job : wideJobs()) {
    if (only.empty() || only == job) passed = compareJob(job, size) && passed;
  }
  std::cout << (passed ? "PASS" : "FAIL: see above") << std::endl;
  return passed ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "millrace_soak_storage: " << error.what() << '\n';
  return 1;
}
