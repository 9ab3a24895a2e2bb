#include <millrace/io/socket_connection.hpp>

#include <millrace/base/log.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <exception>
#include <utility>

namespace millrace::core {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// A peer that is gone without a word is noticed after 10 + 3 × 5 seconds.
void keepAlive(tcp::socket& socket) {
  auto set = [&](int level, int option, int value) {
    setsockopt(socket.native_handle(), level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

SocketConnection::SocketConnection(ReceiverBase& receiver, const SocketPeer& peer, Backoff& backoff)
    : receiver_(receiver), peer_(peer), peerName_(peer.name()), backoff_(backoff) {}

void SocketConnection::start() {
  {
    MutexLock lock(lookup_->mutex);
    lookup_->connection = this;
  }
  asio::post(io_, [this] { lookUp(); });
  thread_ = std::thread([this] { run(); });
}

void SocketConnection::stop() {
  {
    MutexLock lock(lookup_->mutex);
    lookup_->connection = nullptr;
  }
  asio::post(io_, [this] {
    close();
    work_.reset();
    io_.stop();
    onClosed();
  });
  thread_.join();
}

void SocketConnection::run() {
  while (true) {
    try {
      io_.run();
      return;
    } catch (...) {
      asio::post(io_, [this, reason = failure(describeException(std::current_exception()))] { end(reason); });
    }
  }
}

void SocketConnection::lookUp() {
  error_code notNumeric;
  auto address = asio::ip::make_address(peer_.host, notNumeric);
  auto port = static_cast<asio::ip::port_type>(peer_.port);
  if (!notNumeric) return connect({tcp::endpoint(address, port)});
  std::thread([lookup = lookup_, host = peer_.host, port] {
    asio::io_context here;
    error_code error;
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : tcp::resolver(here).resolve(host, std::to_string(port), error)) {
      endpoints.push_back(entry.endpoint());
    }
    MutexLock lock(lookup->mutex);
    if (SocketConnection* connection = lookup->connection) {
      asio::post(connection->io_, [connection, error, endpoints = std::move(endpoints)] {
        error ? connection->retry("Unknown host " + connection->peer_.host + ": " + error.message())
              : connection->connect(endpoints);
      });
    }
  }).detach();
}

void SocketConnection::connect(const std::vector<tcp::endpoint>& endpoints) {
  asio::async_connect(socket_, endpoints, [this](const error_code& error, const tcp::endpoint&) {
    if (error == asio::error::operation_aborted) return;
    if (error) return retry("Could not connect to " + peerName_ + ": " + error.message());
    backoff_.reset();
    socket_.non_blocking(true);
    keepAlive(socket_);
    connected_ = true;
    logInfo("receiver connected", {{"stream", receiver_.streamId()}, {"peer", peerName_}});
    onConnected();
  });
}

std::string SocketConnection::failure(const std::string& reason) const {
  return "Reading from " + peerName_ + " failed: " + reason;
}

void SocketConnection::retry(const std::string& reason) { receiver_.restart(reason, backoff_.next()); }

void SocketConnection::end(const std::string& reason) {
  close();
  onClosed();
  receiver_.restart(reason);
}

void SocketConnection::close() {
  error_code ignored;
  socket_.close(ignored);
  connected_ = false;
}

}  // namespace millrace::core
