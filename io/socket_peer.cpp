#include <millrace/io/socket_peer.hpp>

#include <millrace/base/error.hpp>

namespace millrace::core {

std::string SocketPeer::silence() const {
  return "Nothing came from " + name() + " for " + std::to_string(idleTimeout) +
         " ms (spark.streaming.receiver.idleTimeout)";
}

SocketPeer checked(const std::string& operation, SocketPeer peer) {
  if (peer.host.empty())
    throw IllegalArgument(operation + ": the host is empty; name the server to read from");
  if (peer.port < 1 || peer.port > 65535)
    throw IllegalArgument(operation + ": port " + std::to_string(peer.port) + " is not in 1..65535");
  return peer;
}

}  // namespace millrace::core
