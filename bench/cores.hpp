#pragma once

#include <millrace/rdd/core/engine.hpp>

namespace millrace::bench {

/// Threads stay where they are put, and start where their maker is: so what a variant makes runs on one core, unless it
/// makes some of it on the other one. The work core is the last of those that this process may use, the other one the
/// first.
void pinToWorkCore();
void pinToOtherCore();
bool hasTwoCores();

/// An engine with 1 or 2 threads: the caller's on the work core and, for 2, a worker of the pool on the other one. Only
/// one may exist at a time: the thread limit of the pool is the least of all engines'.
core::EnginePtr pinnedEngine(int threads);

/// An engine with one thread, and on the work core a worker of the pool that is awake: for graphs that are fed by a thread
/// on the other core, which would start the worker there.
core::EnginePtr engineWithWorker();

}  // namespace millrace::bench
