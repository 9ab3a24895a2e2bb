#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/io/backoff.hpp>
#include <millrace/io/receiver_base.hpp>
#include <millrace/io/socket_peer.hpp>

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // ThreadSanitizer knows no fences
#endif
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {

/// The connection of a receiver, from onStart to onStop: one thread, on which everything happens. It finds the host and
/// connects; what is read is up to the subclass. The receiver is restarted when it cannot connect, at distances that grow to
/// ten seconds, and when the connection ends.
class SocketConnection {
 public:
  virtual ~SocketConnection() = default;
  SocketConnection(const SocketConnection&) = delete;
  SocketConnection& operator=(const SocketConnection&) = delete;

  static constexpr std::int64_t kMostDelay = 10'000;

 protected:
  /// All of them have to live as long as it.
  SocketConnection(ReceiverBase& receiver, const SocketPeer& peer, Backoff& backoff);

  /// For the subclass: the last thing in its constructor, and in its destructor.
  void start();
  void stop();

  /// The socket is open, and does not block.
  virtual void onConnected() = 0;
  /// It is closed, by whichever side, or was never open: what is left can be stored.
  virtual void onClosed() = 0;

  /// Closes the socket and restarts the receiver.
  void end(const std::string& reason);
  std::string failure(const std::string& reason) const;
  const SocketPeer& peer() const { return peer_; }
  const std::string& peerName() const { return peerName_; }
  bool isConnected() const { return connected_; }

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::socket socket_{io_};

 private:
  /// getaddrinfo cannot be interrupted, so it has a thread that nobody waits for; this is what they share.
  struct Lookup {
    Mutex mutex;
    SocketConnection* connection MILLRACE_GUARDED_BY(mutex);
  };

  void run();
  void lookUp();
  void connect(const std::vector<boost::asio::ip::tcp::endpoint>& endpoints);
  void retry(const std::string& reason);
  void close();

  ReceiverBase& receiver_;
  const SocketPeer& peer_;
  const std::string peerName_;
  Backoff& backoff_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  const std::shared_ptr<Lookup> lookup_{std::make_shared<Lookup>()};
  bool connected_ = false;
  std::thread thread_;
};

}  // namespace millrace::core
