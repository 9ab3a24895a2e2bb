#pragma once

#include <millrace/base/error.hpp>
#include <millrace/dstream/core/time.hpp>

#include <exception>
#include <string>

namespace millrace {

/// An output of a batch failed, or the batch's jobs could not be made. This is what awaitTermination throws: its text
/// names batch, output, operator and partition.
class BatchFailure : public SparkException {
 public:
  BatchFailure(Time batchTime, const std::string& output, std::exception_ptr cause);

  Time batchTime() const { return batchTime_; }
  /// What failed, as it was thrown: TaskFailure for what happened in a task.
  std::exception_ptr cause() const { return cause_; }

 private:
  Time batchTime_;
  std::exception_ptr cause_;
};

}  // namespace millrace
