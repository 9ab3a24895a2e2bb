#include "io/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace millrace::bench {

namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Loopback::Loopback() : listener_(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(listen(listener_, 1), "listen");
  check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

Loopback::~Loopback() {
  if (connection_ >= 0) close(connection_);
  close(listener_);
}

bool Loopback::accept() {
  if (connection_ >= 0) close(connection_);
  connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection_ < 0) return false;
  int on = 1;
  check(setsockopt(connection_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  return true;
}

bool Loopback::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Loopback::reset() {
  const linger hard{1, 0};
  check(setsockopt(connection_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), "setsockopt");
  close(std::exchange(connection_, -1));
}

void Loopback::shutDown() {
  shutdown(listener_, SHUT_RDWR);
  if (connection_ >= 0) shutdown(connection_, SHUT_RDWR);
}

int connectTo(int port) {
  int connection = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address = loopback(port);
  check(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  return connection;
}

}  // namespace millrace::bench
