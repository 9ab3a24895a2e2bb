#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <string>

namespace millrace::core {

/// Records spread over so many partitions, whatever their keys. IllegalArgument below 1.
StreamPtr exchangeStream(const std::string& kind, const StreamPtr& parent, ExchangeSpecPtr spec,
                         int partitions);

}  // namespace millrace::core
