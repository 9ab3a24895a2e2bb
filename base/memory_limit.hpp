#pragma once

#include <cstdint>
#include <string>

namespace millrace::core {

/// How many bytes of memory this process may use: what the machine has, or what the control groups leave that it is in
/// (containers, services), of both versions. `root` is where /proc and /sys are found.
std::uint64_t memoryLimit(const std::string& root = {});

}  // namespace millrace::core
