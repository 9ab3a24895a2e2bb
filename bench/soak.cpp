#include "continuous/gapped_messages.hpp"
#include "dstream/coming_keys.hpp"
#include "dstream/empty_batches.hpp"
#include "held.hpp"

#include <millrace/base/log.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace millrace::bench;

namespace {

constexpr std::string_view kUsage =
    R"(usage: millrace_soak [--messages N] [--seconds N] [--batches N]

Sends N messages (default 1 000 000) into a continuous graph with gaps of 50 to 150 µs, first of one record each, then of
1500, which takes about 100 s each time. Then runs windowed and stateful counts over keys that come and go, for N seconds
(default 600), half of them in each mode. Then runs N empty batches (default 1 000 000) of each of four programs, in each
mode: without jobs; with states that no output reads; with states that are lost; with RDDs made of the batch before. Exit
code 0 if no message was stranded and the threads, file descriptors and memory of the process did not grow.
)";

void print(const char* when, const Held& now, const GappedMessages& messages) {
  std::cout << "  " << when << ' ' << messages.sent() << " messages: " << now.threads << " threads, "
            << now.descriptors << " descriptors, " << now.kilobytes << " kB, " << messages.stranded()
            << " under way or stranded, slowest " << messages.worst() << " ms" << std::endl;
}

/// True if nothing was stranded and nothing grew after the first five seconds.
bool soak(std::int64_t count, std::int64_t records) {
  constexpr std::chrono::seconds kStep{5};
  constexpr std::int64_t kMostGrowth = 4096;  // kB
  std::cout << count << " messages of " << records << " records" << std::endl;
  GappedMessages messages(count, records);
  bool ended = messages.awaitEnd(kStep);
  const Held first = held();
  Held atMost = first;
  while (!ended) {
    ended = messages.awaitEnd(kStep);
    Held now = held();
    print("after", now, messages);
    atMost = most(atMost, now);
  }
  print("in all", atMost, messages);
  messages.stop();
  return messages.stranded() == 0 && messages.sent() == count && atMost.threads <= first.threads &&
         atMost.descriptors <= first.descriptors && atMost.kilobytes <= first.kilobytes + kMostGrowth;
}

/// True if nothing grew after the first third of the time.
bool soakStreams(const std::string& mode, std::int64_t seconds) {
  constexpr std::int64_t kMostGrowth = 16384;  // kB: what is in memory comes and goes with the keys
  std::cout << "windows and states, " << mode << ", " << seconds << " s" << std::endl;
  ComingKeys streams(mode);
  Held first, atMost;
  const std::int64_t warmUp = std::max<std::int64_t>(1, seconds / 3);
  for (std::int64_t second = 1; second <= seconds; ++second) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    streams.check();
    const Held now = held();
    if (second <= warmUp) {
      first = most(first, now);
      atMost = first;
    }
    atMost = most(atMost, now);
    if (second % 20 == 0 || second == seconds)
      std::cout << "  after " << streams.batches() << " batches: " << now.threads << " threads, "
                << now.descriptors << " descriptors, " << now.kilobytes << " kB, at most "
                << streams.mostKeys() << " keys" << std::endl;
  }
  return streams.batches() > 0 && atMost.threads <= first.threads &&
         atMost.descriptors <= first.descriptors && atMost.kilobytes <= first.kilobytes + kMostGrowth;
}

/// True if nothing grew after the first hundredth of the batches.
bool soakEmptyBatches(const std::string& name, EmptyBatches::Program program, const std::string& mode,
                      std::int64_t count) {
  constexpr std::int64_t kMostGrowth = 8192;  // kB: eight bytes a batch
  std::cout << "empty batches, " << name << ", " << mode << std::endl;
  EmptyBatches batches(mode, program);
  Held first;
  for (std::int64_t batch = 1; batch <= count; ++batch) {
    batches.step();
    if (batch == std::max<std::int64_t>(1, count / 100)) first = held();
  }
  const Held last = held();
  std::cout << "  after " << count << " batches: " << last.threads << " threads, " << last.descriptors
            << " descriptors, " << last.kilobytes << " kB, " << first.kilobytes << " before" << std::endl;
  return last.threads <= first.threads && last.descriptors <= first.descriptors &&
         last.kilobytes <= first.kilobytes + kMostGrowth;
}

}  // namespace

int main(int argc, char** argv) try {
  millrace::setLogLevel(millrace::LogLevel::kError);
  std::int64_t messages = 1'000'000, seconds = 600, batches = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    std::string_view option = argv[i];
    if (option == "--help") {
      std::cout << kUsage;
      return 0;
    }
    std::int64_t* number = option == "--messages"  ? &messages
                           : option == "--seconds" ? &seconds
                           : option == "--batches" ? &batches
                                                   : nullptr;
    if (number == nullptr || ++i == argc || (*number = std::atoll(argv[i])) < 1) {
      std::cerr << kUsage;
      return 2;
    }
  }
  bool flat = soak(messages, 1);
  flat = soak(messages, 1500) && flat;
  for (const char* mode : {"micro-batch", "continuous"}) flat = soakStreams(mode, seconds / 2) && flat;
  using Program = EmptyBatches::Program;
  const std::pair<const char*, Program> programs[] = {
      {"without jobs", Program::kWithoutJobs},
      {"unread states", Program::kUnreadStates},
      {"lost states", Program::kLostStates},
      {"RDDs made of the batch before", Program::kMadeOfBefore}};
  for (const char* mode : {"micro-batch", "continuous"}) {
    for (const auto& [name, program] : programs)
      flat = soakEmptyBatches(name, program, mode, batches) && flat;
  }
  std::cout << (flat ? "passed: nothing stranded, nothing grew" : "FAILED: see above") << std::endl;
  return flat ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "millrace_soak: " << error.what() << '\n';
  return 1;
}
