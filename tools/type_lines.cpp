// Sends the lines of its input to every program that is connected to a port of loopback: for trying a program by hand.
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr const char* kUsage =
    "usage: type_lines PORT\n\n"
    "Sends each line that is typed to everyone who is connected to PORT of 127.0.0.1; 0 takes a free port. "
    "What is\n"
    "typed before somebody is connected waits for the first who is. Ends with its input: type Ctrl-D.\n";

struct BadUsage : std::runtime_error {
  using runtime_error::runtime_error;
};

std::uint16_t portOf(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size())
    throw BadUsage("PORT has to be a number from 0 to 65535, but is \"" + std::string(text) + "\"");
  return port;
}

class Readers {
 public:
  void add(tcp::socket socket) {
    std::lock_guard lock(mutex_);
    sockets_.push_back(std::move(socket));
    changed_.notify_one();
  }

  void send(const std::string& line) {
    for (bool sent = false; !sent;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !sockets_.empty(); });
      std::erase_if(sockets_, [&](tcp::socket& socket) {
        const bool ok = isOpen(socket) && write(socket, line);
        sent = sent || ok;
        return !ok;
      });
    }
  }

 private:
  /// Whoever closed its end does not read what is sent now.
  static bool isOpen(tcp::socket& socket) {
    error_code error;
    char byte = 0;
    socket.non_blocking(true);
    socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    socket.non_blocking(false);
    return !error || error == asio::error::would_block;
  }
  static bool write(tcp::socket& socket, const std::string& line) {
    error_code error;
    asio::write(socket, asio::buffer(line), error);
    return !error;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<tcp::socket> sockets_;
};

void accept(tcp::acceptor& acceptor, Readers& readers) {
  acceptor.async_accept([&](error_code error, tcp::socket socket) {
    if (!error) readers.add(std::move(socket));
    accept(acceptor, readers);
  });
}

void run(std::uint16_t port) {
  asio::io_context io;
  tcp::acceptor acceptor(io);
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  error_code error;
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + error.message() +
                             "; choose another port, or 0 for a free one");
  }
  std::cout << "listening on 127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;

  Readers readers;
  accept(acceptor, readers);
  std::jthread accepting([&io] { io.run(); });
  for (std::string line; std::getline(std::cin, line);) readers.send(line + '\n');
  io.stop();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kUsage;
    return 0;
  }
  if (argc != 2) throw BadUsage("one port is needed; see --help");
  run(portOf(argv[1]));
} catch (const BadUsage& error) {
  std::cerr << "type_lines: " << error.what() << '\n';
  return 2;
} catch (const std::exception& error) {
  std::cerr << "type_lines: " << error.what() << '\n';
  return 1;
}
