// Sends made-up page views to everyone who connects: a server for page_view_stream. A line is the page, the status of the
// answer, the zip code and the user, with tabs between them.
#include <millrace/millrace.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <thread>

using namespace millrace;
using boost::asio::ip::tcp;

class Visitors {
 public:
  std::string next() {
    static constexpr const char* kPages[] = {"", "news", "contact"};
    return std::string("http://example.com/") + kPages[page_(random_)] + '\t' +
           (fails_(random_) ? "404" : "200") + '\t' + (isBerkeley_(random_) ? "94709" : "94117") + '\t' +
           std::to_string(user_(random_)) + '\n';
  }

 private:
  std::mt19937 random_{std::random_device()()};
  std::discrete_distribution<int> page_{0.7, 0.2, 0.1};
  std::bernoulli_distribution fails_{0.05}, isBerkeley_{0.5};
  std::uniform_int_distribution<int> user_{1, 100};
};

void serve(tcp::socket socket, int viewsPerSecond) {
  Visitors visitors;
  auto due = std::chrono::steady_clock::now();
  for (boost::system::error_code error; !error; due += std::chrono::microseconds(1'000'000 / viewsPerSecond)) {
    std::this_thread::sleep_until(due);
    write(socket, boost::asio::buffer(visitors.next()), error);
  }
}

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: page_view_generator PORT VIEWS_PER_SECOND\n";
    return 2;
  }
  const int viewsPerSecond = toInt(argv[2]);
  if (viewsPerSecond < 1) throw IllegalArgument("at least one view per second");

  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(toInt(argv[1]))});
  std::cout << "Listening on port " << acceptor.local_endpoint().port() << std::endl;
  while (true) std::thread(serve, acceptor.accept(), viewsPerSecond).detach();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
