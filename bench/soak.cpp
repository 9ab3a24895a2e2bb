#include "continuous/gapped_messages.hpp"
#include "dstream/coming_keys.hpp"

#include <millrace/base/log.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>

using namespace millrace::bench;

namespace {

constexpr std::string_view kUsage =
    R"(usage: millrace_soak [--messages N] [--seconds N]

Sends N messages (default 1 000 000) into a continuous graph with gaps of 50 to 150 µs, first of one record each, then of
1500, which takes about 100 s each time. Then runs windowed and stateful counts over keys that come and go, for N seconds
(default 600), half of them in each mode. Exit code 0 if no message was stranded and the threads, file descriptors and
memory of the process did not grow.
)";

/// What this process holds.
struct Held {
  std::int64_t threads;
  std::int64_t descriptors;
  std::int64_t kilobytes;
};

std::int64_t entriesOf(const char* directory) {
  std::filesystem::directory_iterator entries(directory);
  return std::distance(begin(entries), end(entries));
}

Held held() {
  std::ifstream status("/proc/self/status");
  std::int64_t kilobytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) kilobytes = std::stoll(line.substr(std::strlen("VmRSS:")));
  }
  return {entriesOf("/proc/self/task"), entriesOf("/proc/self/fd"), kilobytes};
}

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
  Held most = first;
  while (!ended) {
    ended = messages.awaitEnd(kStep);
    Held now = held();
    print("after", now, messages);
    most = {std::max(most.threads, now.threads), std::max(most.descriptors, now.descriptors),
            std::max(most.kilobytes, now.kilobytes)};
  }
  print("in all", most, messages);
  messages.stop();
  return messages.stranded() == 0 && messages.sent() == count && most.threads <= first.threads &&
         most.descriptors <= first.descriptors && most.kilobytes <= first.kilobytes + kMostGrowth;
}

/// True if nothing grew after the first third of the time.
bool soakStreams(const std::string& mode, std::int64_t seconds) {
  constexpr std::int64_t kMostGrowth = 16384;  // kB: what is in memory comes and goes with the keys
  std::cout << "windows and states, " << mode << ", " << seconds << " s" << std::endl;
  ComingKeys streams(mode);
  Held first{}, most{};
  const std::int64_t warmUp = std::max<std::int64_t>(1, seconds / 3);
  for (std::int64_t second = 1; second <= seconds; ++second) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    streams.check();
    const Held now = held();
    if (second <= warmUp) {
      first = {std::max(first.threads, now.threads), std::max(first.descriptors, now.descriptors),
               std::max(first.kilobytes, now.kilobytes)};
      most = first;
    }
    most = {std::max(most.threads, now.threads), std::max(most.descriptors, now.descriptors),
            std::max(most.kilobytes, now.kilobytes)};
    if (second % 20 == 0 || second == seconds)
      std::cout << "  after " << streams.batches() << " batches: " << now.threads << " threads, "
                << now.descriptors << " descriptors, " << now.kilobytes << " kB, at most "
                << streams.mostKeys() << " keys" << std::endl;
  }
  return streams.batches() > 0 && most.threads <= first.threads && most.descriptors <= first.descriptors &&
         most.kilobytes <= first.kilobytes + kMostGrowth;
}

}  // namespace

int main(int argc, char** argv) try {
  millrace::setLogLevel(millrace::LogLevel::kError);
  std::int64_t messages = 1'000'000, seconds = 600;
  for (int i = 1; i < argc; ++i) {
    std::string_view option = argv[i];
    if (option == "--help") {
      std::cout << kUsage;
      return 0;
    }
    std::int64_t* number = option == "--messages" ? &messages : option == "--seconds" ? &seconds : nullptr;
    if (number == nullptr || ++i == argc || (*number = std::atoll(argv[i])) < 1) {
      std::cerr << kUsage;
      return 2;
    }
  }
  bool flat = soak(messages, 1);
  flat = soak(messages, 1500) && flat;
  for (const char* mode : {"micro-batch", "continuous"}) flat = soakStreams(mode, seconds / 2) && flat;
  std::cout << (flat ? "passed: nothing stranded, nothing grew" : "FAILED: see above") << std::endl;
  return flat ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "millrace_soak: " << error.what() << '\n';
  return 1;
}
