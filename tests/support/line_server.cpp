#include "support/line_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace millrace::test {

namespace {

constexpr int kDeadlineMs = 30'000;

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void await(int socket, short events, const char* what) {
  pollfd wanted{socket, events, 0};
  if (check(poll(&wanted, 1, kDeadlineMs), what) == 0)
    throw std::runtime_error(std::string(what) + ": 30 s have passed");
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Peer::Peer(Peer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(socket_, other.socket_);
  return *this;
}

void Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    awaitWritable();
    bytes.remove_prefix(sendSome(bytes));
  }
}

std::size_t Peer::sendSome(std::string_view bytes) {
  auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno == EAGAIN) return 0;
  return static_cast<std::size_t>(check(static_cast<int>(sent), "send"));
}

void Peer::awaitWritable() { await(socket_, POLLOUT, "waiting to send"); }

void Peer::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Peer::reset() {
  linger hard{1, 0};
  check(setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), "setsockopt");
  close();
}

void Peer::awaitClosed() {
  if (!receive(1).empty()) throw std::runtime_error("the other side sent something");
}

std::string Peer::receive(std::size_t size) {
  std::string received;
  while (received.size() < size) {
    await(socket_, POLLIN, "waiting to receive");
    std::string piece(std::min<std::size_t>(size - received.size(), 1 << 16), '\0');
    auto got = recv(socket_, piece.data(), piece.size(), 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) break;
    received.append(piece, 0, static_cast<std::size_t>(check(static_cast<int>(got), "recv")));
  }
  return received;
}

LineServer::LineServer() { listen(); }

LineServer::~LineServer() { refuse(); }

void LineServer::listen() {
  listener_ = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = loopback(port_);
  socklen_t length = sizeof address;
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), length), "bind");
  check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port_ = ntohs(address.sin_port);
  check(::listen(listener_, 100), "listen");
}

void LineServer::refuse() {
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
}

Peer LineServer::accept() {
  await(listener_, POLLIN, "waiting for a connection");
  Peer peer(check(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  ++accepted_;
  return peer;
}

bool LineServer::hasCaller() const {
  pollfd wanted{listener_, POLLIN, 0};
  return poll(&wanted, 1, 0) > 0;
}

Peer connectTo(int port) {
  Peer peer(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address = loopback(port);
  check(connect(peer.socket(), reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  return peer;
}

}  // namespace millrace::test
