// Sends the lines of a file, again and again, as blocks of serialized texts to everyone who connects: a server for
// raw_network_grep. A block is its length, four bytes, big-endian, and what the codec of a vector writes.
#include <millrace/base/codec.hpp>
#include <millrace/millrace.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace millrace;
using boost::asio::ip::tcp;

std::string blockOf(const std::vector<std::string>& lines) {
  ByteWriter records;
  Codec<std::vector<std::string>>::write(records, lines);
  const std::string& bytes = records.written();
  std::string block;
  for (int shift = 24; shift >= 0; shift -= 8) block += static_cast<char>(bytes.size() >> shift & 0xff);
  return block + bytes;
}

std::vector<std::string> blocksOf(std::istream& text, std::size_t blockSize) {
  std::vector<std::string> blocks, lines;
  std::size_t size = 0;
  for (std::string line; std::getline(text, line); lines.push_back(line)) {
    if (size > blockSize) {
      blocks.push_back(blockOf(lines));
      lines.clear();
      size = 0;
    }
    size += line.size();
  }
  blocks.push_back(blockOf(lines));
  return blocks;
}

void serve(tcp::socket socket, const std::vector<std::string>& blocks, double bytesPerSecond) {
  auto due = std::chrono::steady_clock::now();
  boost::system::error_code error;
  for (std::size_t i = 0; !error; i = (i + 1) % blocks.size()) {
    std::this_thread::sleep_until(due);
    write(socket, boost::asio::buffer(blocks[i]), error);
    due += std::chrono::microseconds(std::llround(1e6 * double(blocks[i].size()) / bytesPerSecond));
  }
}

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::cerr << "usage: raw_text_sender PORT FILE BLOCK_SIZE BYTES_PER_SECOND\n";
    return 2;
  }
  std::ifstream file(argv[2]);
  if (!file) throw SparkException(std::string("cannot read ") + argv[2]);
  const auto blocks = blocksOf(file, static_cast<std::size_t>(toInt(argv[3])));
  const double bytesPerSecond = toDouble(argv[4]);

  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(toInt(argv[1]))});
  std::cout << "Listening on port " << acceptor.local_endpoint().port() << std::endl;
  while (true) std::thread(serve, acceptor.accept(), std::cref(blocks), bytesPerSecond).detach();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
