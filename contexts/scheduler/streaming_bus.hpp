#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/rdd/core/run/listener_bus.hpp>

namespace millrace::core {

/// Tells streaming listeners what their StreamingContext goes through.
struct StreamingBus : ListenerBus<StreamingListener> {
  StreamingBus() : ListenerBus("a streaming listener") {}
};

}  // namespace millrace::core
