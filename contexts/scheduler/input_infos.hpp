#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/time.hpp>

#include <cstdint>
#include <map>

namespace millrace::core {

/// Adds what listeners are told of an input's part in the batch of `time`: its number of records (below zero: not known) and its
/// metadata; nothing where the input knows neither.
void addInputInfo(const InputNode& input, Time time, std::int64_t records,
                  std::map<int, StreamInputInfo>& to);

}  // namespace millrace::core
