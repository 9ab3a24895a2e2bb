#include "io/line_sender.hpp"

#include "cores.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

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

LineSender::LineSender(std::int64_t lines, std::size_t lineBytes)
    : listener_(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(listen(listener_, 1), "listen");
  check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
  pinToOtherCore();
  thread_ = std::thread([this, lines, lineBytes] { send(lines, lineBytes); });
  pinToWorkCore();
}

LineSender::~LineSender() {
  shutdown(listener_, SHUT_RDWR);
  if (connection_ >= 0) shutdown(connection_, SHUT_RDWR);
  thread_.join();
  if (connection_ >= 0) close(connection_);
  close(listener_);
}

void LineSender::send(std::int64_t lines, std::size_t lineBytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string line(lineBytes - 1, 'x');
  line += '\n';
  std::string piece;
  while (piece.size() < kPiece) piece += line;
  connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection_ < 0) return;
  startedAt_.set_value(std::chrono::steady_clock::now());
  for (std::size_t left = static_cast<std::size_t>(lines) * lineBytes, at = 0; left > 0;) {
    ssize_t sent = ::send(connection_, piece.data() + at, std::min(piece.size() - at, left), MSG_NOSIGNAL);
    if (sent < 0) return;
    left -= static_cast<std::size_t>(sent);
    at = (at + static_cast<std::size_t>(sent)) % piece.size();
  }
}

int connectTo(int port) {
  int connection = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address = loopback(port);
  check(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  return connection;
}

}  // namespace millrace::bench
