#pragma once

#include <cstdint>
#include <string>

namespace millrace::core {

/// The TCP server that a receiver reads from.
struct SocketPeer {
  std::string host;
  int port = 0;
  /// A connection on which nothing comes for so many milliseconds is given up and made anew: its peer may be gone without a
  /// word. 0: never.
  std::int64_t idleTimeout = 0;

  std::string name() const { return host + ":" + std::to_string(port); }
  /// What is said when that time is over.
  std::string silence() const;
};

/// The peer; IllegalArgument, with the name of the operation, if the host is empty or the port is not in 1..65535.
SocketPeer checked(const std::string& operation, SocketPeer peer);

}  // namespace millrace::core
