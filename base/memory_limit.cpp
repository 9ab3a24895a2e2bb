#include <millrace/base/memory_limit.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>

namespace millrace::core {

namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

/// The number in a file of one; none where it says "max", or is not there.
std::uint64_t numberIn(const std::string& path) {
  std::string text;
  std::ifstream(path) >> text;
  std::uint64_t number = kNone;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && !text.empty() ? number : kNone;
}

std::uint64_t machineMemory(const std::string& root) {
  std::ifstream lines(root + "/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  lines >> name >> kibibytes;
  return name == "MemTotal:" ? kibibytes << 10 : kNone;
}

/// The least limit of a group and those around it. In a container, the path may be one of the host, which is not there: its
/// own group is the top one.
std::uint64_t groupLimit(const std::string& top, std::string group, const char* file) {
  std::uint64_t least = numberIn(top + "/" + file);
  for (; group.size() > 1; group.resize(group.rfind('/')))
    least = std::min(least, numberIn(top + group + "/" + file));
  return least;
}

}  // namespace

std::uint64_t memoryLimit(const std::string& root) {
  std::uint64_t least = machineMemory(root);
  std::ifstream groups(root + "/proc/self/cgroup");
  // A line each: its number, its controllers (none: version 2), its path.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos || second + 1 >= line.size() || line[second + 1] != '/') continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      least = std::min(least, groupLimit(root + "/sys/fs/cgroup", path, "memory.max"));
    } else if (controllers.find(",memory,") != std::string::npos) {
      least = std::min(least, groupLimit(root + "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
    }
  }
  return least;
}

}  // namespace millrace::core
