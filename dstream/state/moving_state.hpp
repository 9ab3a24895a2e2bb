#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/rdd/core/memory/live_memory.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace millrace::core {

/// The tables of a window or state, and the failure that made them useless, if there was one. Shared by the stream and
/// its RDDs.
struct MovingState {
  MovingState(std::shared_ptr<MovingTables> held, std::shared_ptr<LiveMemory> memory)
      : tables(std::move(held)), share(std::move(memory)) {}
  const std::shared_ptr<MovingTables> tables;
  LiveShare share;  // what they take
  Mutex moving;     // held while a batch changes the tables, in tasks: so no task may wait for it
  std::exception_ptr failure;
};

}  // namespace millrace::core
