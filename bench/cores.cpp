#include "cores.hpp"

#include <millrace/base/file_system.hpp>
#include <millrace/base/function_ref.hpp>

#include <sched.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>
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

/// Two tasks that wait for each other make `runTwo` start its worker, which then pins itself.
void startWorker(FunctionRef<void(FunctionRef<void(int)> task)> runTwo, void (*pin)()) {
  std::atomic<int> arrived = 0;
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  runTwo([&, caller = std::this_thread::get_id()](int) {
    if (std::this_thread::get_id() != caller) pin();
    ++arrived;
    while (arrived < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  });
  if (std::chrono::steady_clock::now() > deadline)
    throw std::runtime_error("the pool started no second thread");
}

}  // namespace

void useAllCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core = 0; core < CPU_SETSIZE; ++core) CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}
void pinToWorkCore() { pinTo(cores().back()); }
void pinToOtherCore() { pinTo(cores().front()); }
bool hasTwoCores() { return cores().size() > 1; }

core::EnginePtr pinnedEngine(int threads) {
  auto runner = core::poolJobRunner(threads);
  pinToWorkCore();
  if (threads == 2) startWorker([&](auto task) { runner->run(2, task); }, pinToOtherCore);
  return std::make_shared<core::Engine>(std::move(runner), threads, std::make_shared<LocalFileSystem>());
}

core::EnginePtr engineWithWorker() {
  auto engine = pinnedEngine(1);
  startWorker(
      [](auto task) {
        tbb::task_arena(2, 1).execute([&] { tbb::parallel_for(0, 2, task, tbb::simple_partitioner()); });
      },
      pinToWorkCore);
  return engine;
}

}  // namespace millrace::bench
