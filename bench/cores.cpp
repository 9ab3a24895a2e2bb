#include "cores.hpp"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace millrace::bench {

namespace {

const std::vector<int>& cores() {
  static const std::vector<int> all = [] {
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    std::vector<int> found;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &set)) found.push_back(core);
    }
    return found;
  }();
  return all;
}

void pinTo(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

/// Two tasks that wait for each other make the pool start its worker, which then pins itself.
void startWorkerOnOtherCore(core::Engine& engine) {
  std::atomic<int> arrived = 0;
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  engine.runTasks({0, 1}, [&, caller = std::this_thread::get_id()](int) {
    if (std::this_thread::get_id() != caller) pinToOtherCore();
    ++arrived;
    while (arrived < 2) {
      std::this_thread::yield();
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("the pool started no second thread");
    }
  });
}

}  // namespace

void pinToWorkCore() { pinTo(cores().back()); }
void pinToOtherCore() { pinTo(cores().front()); }
bool hasTwoCores() { return cores().size() > 1; }

core::EnginePtr pinnedEngine(int threads) {
  auto engine = std::make_shared<core::Engine>(core::tbbJobRunner(threads), threads, nullptr);
  pinToWorkCore();
  if (threads == 2) startWorkerOnOtherCore(*engine);
  return engine;
}

}  // namespace millrace::bench
