#include "sources/bad_senders.hpp"
#include "sources/half_open.hpp"
#include "sources/moved_files.hpp"
#include "sources/overload.hpp"

#include <millrace/base/log.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

using namespace millrace::bench;

namespace {

constexpr std::string_view kUsage =
    R"(usage: millrace_soak_sources [--scale F] [--only overload|senders|half-open|files] [--seed N]

In both modes: ten times the lines that an output can take for 60 s, with default settings, then 40 s of what it can;
senders that never end a line, send one of 1 GiB, bytes that are no text, and resets, beside one that behaves; peers whose
network goes down; and 100 000 text files that are moved in, half written and touched. --scale makes times and sizes
smaller: 0.1 takes a tenth.
Exit code 0 if nothing was lost or repeated and memory, delays and scans stayed within bounds; a line says which did not.
)";

}  // namespace

int main(int argc, char** argv) try {
  millrace::setLogLevel(millrace::LogLevel::kError);
  double scale = 1;
  std::string only;
  std::uint64_t seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help") {
      std::cout << kUsage;
      return 0;
    }
    const bool known = option == "--scale" || option == "--only" || option == "--seed";
    if (!known || ++i == argc) {
      std::cerr << kUsage;
      return 2;
    }
    if (option == "--scale") scale = std::atof(argv[i]);
    if (option == "--only") only = argv[i];
    if (option == "--seed") seed = std::strtoull(argv[i], nullptr, 10);
  }
  const bool knowsPart =
      only.empty() || only == "overload" || only == "senders" || only == "half-open" || only == "files";
  if (!(scale > 0 && scale <= 1) || !knowsPart) {
    std::cerr << kUsage;
    return 2;
  }
  std::cout << "seed " << seed << std::endl;
  bool passed = true;
  for (const char* mode : {"micro-batch", "continuous"}) {
    if (only.empty() || only == "half-open") passed = halfOpen(mode) && passed;
    if (only.empty() || only == "senders") passed = badSenders(mode, scale) && passed;
    if (only.empty() || only == "files") passed = movedFiles(mode, scale, seed) && passed;
    if (only.empty() || only == "overload") {
      const std::chrono::seconds overloaded(std::max<std::int64_t>(5, std::llround(60 * scale)));
      for (Taken taken : {Taken::kByRecord, Taken::kByBatch})
        passed = overload(mode, taken, overloaded, std::chrono::seconds(40)) && passed;
    }
  }
  std::cout << (passed ? "PASS" : "FAIL: see above") << std::endl;
  return passed ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "millrace_soak_sources: " << error.what() << '\n';
  return 1;
}
