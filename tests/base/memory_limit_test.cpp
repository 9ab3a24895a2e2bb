#include <millrace/base/memory_limit.hpp>

#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace millrace::core {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// A machine of 8 GiB.
struct Machine {
  Machine() { write("/proc/meminfo", "MemTotal:        8388608 kB\nMemFree: 1 kB\n"); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root() + path).parent_path());
    std::ofstream(root() + path) << text;
  }
  std::string root() const { return (scratch / "root"); }
  std::uint64_t mebibytes() const { return memoryLimit(root()) / kMiB; }

  test::ScratchDirectory scratch;
};

TEST(MemoryLimit, IsTheMachinesWithoutGroups) {
  Machine machine;
  EXPECT_EQ(machine.mebibytes(), 8192U);
  machine.write("/proc/self/cgroup", "0::/\n");
  machine.write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(machine.mebibytes(), 8192U);
}

TEST(MemoryLimit, IsTheLeastOfTheGroupsAround) {
  Machine machine;
  machine.write("/proc/self/cgroup", "0::/outer/middle/inner\n");
  machine.write("/sys/fs/cgroup/outer/middle/inner/memory.max", "max\n");
  machine.write("/sys/fs/cgroup/outer/middle/memory.max", std::to_string(512 * kMiB) + "\n");
  machine.write("/sys/fs/cgroup/outer/memory.max", std::to_string(1024 * kMiB) + "\n");
  EXPECT_EQ(machine.mebibytes(), 512U);
}

TEST(MemoryLimit, OfAContainerIsAtTheTop) {
  Machine machine;
  machine.write("/proc/self/cgroup", "0::/a/path/of/the/host\n");
  machine.write("/sys/fs/cgroup/memory.max", std::to_string(256 * kMiB) + "\n");
  EXPECT_EQ(machine.mebibytes(), 256U);
}

TEST(MemoryLimit, OfTheFirstVersion) {
  Machine machine;
  machine.write("/proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/a\n1:name=systemd:/a\n");
  machine.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  machine.write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", std::to_string(300 * kMiB) + "\n");
  EXPECT_EQ(machine.mebibytes(), 300U);
}

TEST(MemoryLimit, OfThisMachineIsSomething) {
  EXPECT_GT(memoryLimit(), 64 * kMiB);
  EXPECT_LT(memoryLimit(), std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace millrace::core
