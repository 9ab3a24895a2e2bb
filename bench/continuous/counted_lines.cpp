#include "continuous/counted_lines.hpp"

#include "continuous/word_lines.hpp"
#include "harness.hpp"

#include <stdexcept>

namespace millrace::bench {

void CountedLines::awaitAll() {
  if (all_.get_future().wait_for(std::chrono::minutes(1)) != std::future_status::ready)
    throw std::runtime_error("not all lines come to the end of the program");
}

void CountedLines::check(const std::string& who) const {
  expectEqual("lines that " + who + " took", static_cast<std::int64_t>(latencies_.size()), lines_);
  expectEqual("running counts of " + who, runningCounts_, WordLines::get().sumOfRunningCounts(lines_));
}

}  // namespace millrace::bench
