// Serves lines of words on loopback, for demonstrations, tests and measurements of programs that read text from a socket.
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto kTick = 10ms;
constexpr std::size_t kTextSize = std::size_t{4} << 20;
constexpr std::size_t kLinesPerWrite = 4096;
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

constexpr const char* kUsage =
    "usage: line_source [options]\n\n"
    "Sends lines of random words to everyone who connects to its port of 127.0.0.1, until SIGINT or "
    "SIGTERM.\n\n"
    "  --port N         the port to listen on; 0 takes a free one (default 0)\n"
    "  --rate N         lines per second to each reader; 0 is as fast as it reads (default 1000)\n"
    "  --words N        words per line (default 10)\n"
    "  --vocabulary N   how many different words there are; the k-th comes with a frequency of 1/k (default "
    "10000)\n"
    "  --seed N         another seed, another text (default 1)\n"
    "  --lines N        each reader gets N lines and then the end of the stream (default: no end)\n"
    "  --port-file FILE write the number of the port to FILE\n\n"
    "A reader that does not keep up misses lines.\n";

struct BadUsage : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Options {
  std::uint64_t port = 0, rate = 1000, words = 10, vocabulary = 10'000, seed = 1, lines = kNoEnd;
  std::string portFile;
};

constexpr struct {
  std::string_view name;
  std::uint64_t Options::*field;
  std::uint64_t least, most;
} kNumbers[] = {
    {"--port", &Options::port, 0, 65535},    {"--rate", &Options::rate, 0, 100'000'000},
    {"--words", &Options::words, 1, 10'000}, {"--vocabulary", &Options::vocabulary, 1, 10'000'000},
    {"--seed", &Options::seed, 0, kNoEnd},   {"--lines", &Options::lines, 1, kNoEnd},
};

void set(Options& options, std::string_view name, std::string_view value) {
  if (name == "--port-file") {
    options.portFile = value;
    return;
  }
  auto number = std::ranges::find(kNumbers, name, [](const auto& known) { return known.name; });
  if (number == std::end(kNumbers)) throw BadUsage(std::string(name) + ": no such option; see --help");
  std::uint64_t& field = options.*number->field;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), field);
  if (error != std::errc() || end != value.data() + value.size() || field < number->least ||
      field > number->most) {
    throw BadUsage(std::string(name) + " " + std::string(value) + ": give a number from " +
                   std::to_string(number->least) + " to " + std::to_string(number->most));
  }
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    std::string_view name = argv[i];
    if (name == "--help") {
      std::cout << kUsage;
      std::exit(0);
    }
    if (i + 1 == argc) throw BadUsage(std::string(name) + ": its value is missing; see --help");
    set(options, name, argv[i + 1]);
  }
  return options;
}

/// A word that can be spoken, the shorter the more frequent: "ba", "ce", ..., "bamo".
std::string wordOf(std::uint64_t rank) {
  constexpr std::string_view kConsonants = "bcdfghjklmnprstvwxyz", kVowels = "aeiou";
  std::string word;
  for (std::uint64_t rest = rank + 1; rest > 0; rest = (rest - 1) / 100) {
    std::uint64_t syllable = (rest - 1) % 100;
    word += kConsonants[syllable % 20];
    word += kVowels[syllable / 20];
  }
  return word;
}

/// The lines that are sent, over and over again.
class Text {
 public:
  explicit Text(const Options& options) {
    std::vector<double> upTo(options.vocabulary);
    double sum = 0;
    for (std::size_t rank = 0; rank < upTo.size(); ++rank)
      upTo[rank] = sum += 1 / static_cast<double>(rank + 1);
    std::mt19937_64 random(options.seed);
    starts_.push_back(0);
    while (text_.size() < kTextSize) {
      for (std::uint64_t i = 0; i < options.words; ++i) {
        double point = sum * static_cast<double>(random() >> 11) * 0x1p-53;
        auto rank = std::upper_bound(upTo.begin(), upTo.end() - 1, point) - upTo.begin();
        text_ += wordOf(static_cast<std::uint64_t>(rank)) + (i + 1 < options.words ? ' ' : '\n');
      }
      starts_.push_back(text_.size());
    }
  }

  std::size_t size() const { return starts_.size() - 1; }
  /// Lines from `first` on; fewer than `count` where the text ends.
  std::string_view lines(std::size_t first, std::size_t& count) const {
    count = std::min(count, size() - first);
    return std::string_view(text_).substr(starts_[first], starts_[first + count] - starts_[first]);
  }

 private:
  std::string text_;
  std::vector<std::size_t> starts_;
};

/// One connection. Nothing is queued for it: while a write is under way, what becomes due is dropped.
class Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(tcp::socket socket, const Text& text, std::uint64_t lines)
      : socket_(std::move(socket)), text_(text), left_(lines) {}

  /// Sends that many lines, if it is ready for them.
  void send(std::uint64_t lines) {
    if (!writing_) write(lines, false);
  }
  /// Sends until the reader is gone or has got all.
  void sendWithoutPause() { write(kLinesPerWrite, true); }

  bool isOver() const { return over_; }

 private:
  void write(std::uint64_t lines, bool forEver) {
    lines = std::min(lines, left_);
    if (lines == 0) return;
    std::size_t count = lines;
    std::string_view bytes = text_.lines(next_, count);
    next_ = (next_ + count) % text_.size();
    writing_ = true;
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [this, self = shared_from_this(), count, rest = lines - count, forEver](
                          error_code error, std::size_t) {
                        writing_ = false;
                        if (left_ != kNoEnd) left_ -= count;
                        if (error || left_ == 0) return end();
                        write(forEver ? kLinesPerWrite : rest, forEver);
                      });
  }

  void end() {
    error_code ignored;
    socket_.close(ignored);
    over_ = true;
  }

  tcp::socket socket_;
  const Text& text_;
  std::uint64_t left_;
  std::size_t next_ = 0;
  bool writing_ = false;
  bool over_ = false;
};

class Server {
 public:
  explicit Server(const Options& options) : options_(options), text_(options) {
    tcp::endpoint endpoint(asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(options.port));
    error_code error;
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(options.port) + ": " +
                               error.message() + "; choose another port with --port, or 0 for a free one");
    }
  }

  void run() {
    announce();
    signals_.async_wait([this](error_code, int) { io_.stop(); });
    accept();
    if (options_.rate > 0) tick();
    io_.run();
  }

 private:
  void announce() {
    auto port = acceptor_.local_endpoint().port();
    std::cout << "listening on 127.0.0.1:" << port << std::endl;
    if (options_.portFile.empty()) return;
    std::string unfinished = options_.portFile + ".new";
    std::ofstream file(unfinished);
    file << port << '\n';
    file.close();
    if (!file || std::rename(unfinished.c_str(), options_.portFile.c_str()) != 0) {
      throw std::runtime_error("cannot write " + options_.portFile +
                               "; name a file in a directory that can be written to");
    }
  }

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) {
        std::cerr << "line_source: a reader could not connect: " << error.message() << '\n';
        retry_.expires_after(1s);
        retry_.async_wait([this](error_code) { accept(); });
        return;
      }
      auto reader = std::make_shared<Reader>(std::move(socket), text_, options_.lines);
      options_.rate > 0 ? readers_.push_back(reader) : reader->sendWithoutPause();
      accept();
    });
  }

  void tick() {
    tick_.expires_at(start_ + ++ticks_ * kTick);
    tick_.async_wait([this](error_code) {
      ticks_ = std::max<std::int64_t>(ticks_, (std::chrono::steady_clock::now() - start_) / kTick);
      std::uint64_t due = static_cast<std::uint64_t>(ticks_) * options_.rate * kTick.count() / 1000;
      std::uint64_t lines = std::min<std::uint64_t>(due - sent_, options_.rate);
      sent_ = due;
      std::erase_if(readers_, [](const auto& reader) { return reader->isOver(); });
      for (const auto& reader : readers_) reader->send(lines);
      tick();
    });
  }

  const Options& options_;
  asio::io_context io_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer tick_{io_}, retry_{io_};
  const Text text_;
  std::vector<std::shared_ptr<Reader>> readers_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t ticks_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  Options options = parse(argc, argv);
  Server(options).run();
} catch (const BadUsage& error) {
  std::cerr << "line_source: " << error.what() << '\n';
  return 2;
} catch (const std::exception& error) {
  std::cerr << "line_source: " << error.what() << '\n';
  return 1;
}
