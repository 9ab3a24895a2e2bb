#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <string>

namespace millrace::core {

/// A stream that spreads the records of each batch over so many partitions, without regard to keys: repartition.
/// IllegalArgument below 1 partition; SparkException where the parent has no RDD.
StreamPtr exchangeStream(const std::string& kind, const StreamPtr& parent, ExchangeSpecPtr spec,
                         int partitions);

}  // namespace millrace::core
