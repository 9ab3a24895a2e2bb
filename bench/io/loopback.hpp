#pragma once

#include <string_view>

namespace millrace::bench {

/// A server on loopback for one client at a time.
class Loopback {
 public:
  Loopback();
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  int port() const { return port_; }
  /// Waits for the client; false after shutDown.
  bool accept();
  /// False when the client has gone, and after shutDown.
  bool send(std::string_view bytes);
  /// Breaks the connection off (RST).
  void reset();
  /// Ends what waits in accept or send. Any thread.
  void shutDown();

 private:
  int listener_ = -1;
  int connection_ = -1;
  int port_ = 0;
};

/// Connects to a port on loopback.
int connectTo(int port);

}  // namespace millrace::bench
