#pragma once

#include <cstdint>
#include <string>

namespace millrace {

/// What listeners are told of a receiver. Names and defaults are Spark's.
struct ReceiverInfo {
  int streamId = 0;
  std::string name;  // "LineReceiver-0"
  bool active = false;
  std::string location = "localhost";
  std::string executorId = "driver";
  std::string lastErrorMessage;
  std::string lastError;
  std::int64_t lastErrorTime = -1;  // ms since the epoch
};

namespace core {

/// Is told what happens to receivers. One call at a time; must neither block nor throw.
struct ReceiverListener {
  virtual ~ReceiverListener() = default;
  virtual void onReceiverStarted(const ReceiverInfo& receiver) = 0;
  virtual void onReceiverError(const ReceiverInfo& receiver) = 0;
  virtual void onReceiverStopped(const ReceiverInfo& receiver) = 0;
};

}  // namespace core
}  // namespace millrace
