#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace {

BatchFailure::BatchFailure(Time batchTime, const std::string& output, std::exception_ptr cause)
    : SparkException("batch " + batchTime.toString() + ", " + output + ": " + core::describeException(cause)),
      batchTime_(batchTime),
      cause_(std::move(cause)) {}

}  // namespace millrace
