#pragma once

#include <millrace/io/receiver_base.hpp>
#include <millrace/io/socket_peer.hpp>

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>

namespace millrace::core {

/// What a connection brings, until its peer closes it. When the connection fails, is silent for too long or is to be closed
/// on this side, reading throws: that is no end of the stream.
class SocketStream : public std::istream {
 public:
  /// Throws if reading has thrown, although somebody has caught that.
  virtual void checkWhole() const = 0;

 protected:
  using std::istream::istream;
};

/// Lets a receiver read its connections as streams, from onStart to onStop: a thread finds the host, connects and calls
/// `read`. When that returns or throws, the receiver is restarted.
class SocketReader {
 public:
  using Read = std::function<void(SocketStream&)>;

  /// `receiver` has to live as long as it.
  SocketReader(ReceiverBase& receiver, SocketPeer peer);
  ~SocketReader();

  /// For onStart: `restartDelay` is the receiver's.
  void start(std::int64_t restartDelay, Read read);
  /// For onStop: wakes a `read` that waits for the peer, and returns when it has ended.
  void stop();

 private:
  class Connection;
  struct State;

  const std::unique_ptr<State> state_;
};

}  // namespace millrace::core
