#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <utility>

namespace millrace {

namespace {

std::string describeFailure(const std::string& operatorName, int partition, const std::exception_ptr& cause,
                            int attempts) {
  std::string place = operatorName.empty() ? "a task" : operatorName;
  std::string times = attempts == 1 ? "" : ", " + std::to_string(attempts) + " times";
  return place + " failed in partition " + std::to_string(partition) + times + ": " +
         core::describeException(cause);
}

}  // namespace

TaskFailure::TaskFailure(std::string operatorName, int partition, std::exception_ptr cause, int attempts)
    : SparkException(describeFailure(operatorName, partition, cause, attempts)),
      operatorName_(std::move(operatorName)),
      partition_(partition),
      cause_(std::move(cause)) {}

}  // namespace millrace
