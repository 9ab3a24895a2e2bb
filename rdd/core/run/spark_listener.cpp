#include <millrace/rdd/core/run/spark_listener.hpp>

namespace millrace {

SparkListener::~SparkListener() = default;

}  // namespace millrace
