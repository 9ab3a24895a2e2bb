#pragma once

#include <sys/types.h>

#include <fstream>
#include <string>

namespace millrace::test {

/// True while the thread of this process, by its id in the kernel, waits for something.
inline bool sleeps(pid_t thread) {
  std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string number, name, state;
  status >> number >> name >> state;
  return state == "S";
}

}  // namespace millrace::test
