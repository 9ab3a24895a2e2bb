#include "storage/peak.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace millrace::bench {

namespace {

std::uint64_t anonymousBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) << 10;
  }
  return 0;
}

}  // namespace

AnonymousPeak::AnonymousPeak()
    : thread_([this] {
        while (!ends_) {
          most_ = std::max(most_.load(), anonymousBytes());
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
      }) {}

AnonymousPeak::~AnonymousPeak() {
  ends_ = true;
  thread_.join();
}

}  // namespace millrace::bench
