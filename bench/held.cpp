#include "held.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace millrace::bench {

namespace {

std::int64_t entriesOf(const char* directory) {
  std::filesystem::directory_iterator entries(directory);
  return std::distance(begin(entries), end(entries));
}

}  // namespace

Held held() {
  std::ifstream status("/proc/self/status");
  std::int64_t kilobytes = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) kilobytes = std::stoll(line.substr(std::strlen("VmRSS:")));
  }
  return {entriesOf("/proc/self/task"), entriesOf("/proc/self/fd"), kilobytes};
}

Held most(const Held& a, const Held& b) {
  return {std::max(a.threads, b.threads), std::max(a.descriptors, b.descriptors),
          std::max(a.kilobytes, b.kilobytes)};
}

}  // namespace millrace::bench
