#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::test {

/// A connection from the side of the server, as rude as a test wants it to be. What fails or takes longer than 30 s
/// throws. Closed with its object.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  ~Peer() { close(); }
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;

  /// Returns when the system has taken all of it, so it blocks while the other side does not read.
  void send(std::string_view bytes);
  /// Sends what is taken at once; returns how much that was.
  std::size_t sendSome(std::string_view bytes);
  /// Blocks until the other side can be sent more.
  void awaitWritable();
  /// Ends the stream in good order.
  void close();
  /// Breaks it off (RST); what was sent and not yet read may be lost.
  void reset();
  /// Blocks until the other side has closed.
  void awaitClosed();
  /// What the other side sent until it closed, or up to `size` bytes.
  std::string receive(std::size_t size);

  int socket() const { return socket_; }

 private:
  int socket_;
};

/// Listens on a free port of 127.0.0.1.
class LineServer {
 public:
  LineServer();
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  int port() const { return port_; }
  /// Waits for the next one to connect.
  Peer accept();
  /// How many were accepted.
  std::size_t accepted() const { return accepted_; }
  /// True if someone has connected and was not accepted yet.
  bool hasCaller() const;
  /// From now on connections to the port are refused, until it listens again.
  void refuse();
  void listen();

 private:
  int port_ = 0;
  int listener_ = -1;
  std::size_t accepted_ = 0;
};

/// Connects to a port of 127.0.0.1.
Peer connectTo(int port);

}  // namespace millrace::test
