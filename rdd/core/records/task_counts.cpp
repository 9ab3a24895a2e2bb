#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

namespace millrace::core {

TaskCounts operator-(const TaskCounts& end, const TaskCounts& start) {
  return {end.recordsRead - start.recordsRead, end.bytesRead - start.bytesRead,
          end.recordsWritten - start.recordsWritten, end.bytesWritten - start.bytesWritten,
          end.bytesSpilled - start.bytesSpilled};
}

TaskCounts& taskCounts() {
  static thread_local TaskCounts counts;
  return counts;
}

void giveRecords(std::size_t records) {
  checkInterrupt();
  taskCounts().recordsRead += static_cast<std::int64_t>(records);
}

}  // namespace millrace::core
