#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::core {

/// What a thread has read and written since it began; what a task has is the difference between its end and its start.
struct TaskCounts {
  std::int64_t recordsRead = 0;     // that sources gave: stored, received, from files, or computed by them
  std::int64_t bytesRead = 0;       // of files, as their readers got them
  std::int64_t recordsWritten = 0;  // into files of output
  std::int64_t bytesWritten = 0;
  std::int64_t bytesSpilled = 0;  // to disk, because memory did not suffice
};

TaskCounts operator-(const TaskCounts& end, const TaskCounts& start);

/// Those of this thread, for whoever reads or writes to add to.
TaskCounts& taskCounts();

/// For sources, with each chunk that they give: counts its records. Throws Interrupted if this task was cancelled.
void giveRecords(std::size_t records);

}  // namespace millrace::core
