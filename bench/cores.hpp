#pragma once

#include <millrace/rdd/core/graph/engine.hpp>

namespace millrace::bench {

/// Threads stay where they are put, and start where their maker is: so what a variant makes runs on one core, unless it
/// makes some of it on the other one. The work core is the last of those that this process may use, the other one the
/// first.
void pinToWorkCore();
void pinToOtherCore();
bool hasTwoCores();
/// Undoes what a process got from a pinned maker; to be called before anything else here.
void useAllCores();

/// An engine with 1 or 2 threads: the caller's on the work core and, for 2, a worker of the pool on the other one. Only
/// one may exist at a time: the thread limit of the pool is the least of all engines'.
core::EnginePtr pinnedEngine(int threads);

/// An engine with one thread, and the worker of the pool awake on the work core: for graphs, which run on that worker.
/// Without it the worker stays where another benchmark has put it, or starts where a thread is that feeds the graph; beside
/// one that does not sleep it waits for milliseconds.
core::EnginePtr engineWithWorker();

}  // namespace millrace::bench
