#include <millrace/io/socket_text_receiver.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>

#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // ThreadSanitizer knows no fences
#endif
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::int64_t kMostDelay = 10'000;
constexpr int kReadsPerTurn = 4;
constexpr int kTurns = 16;  // before other handlers of io_ have theirs
constexpr int kSoonMs = 1;
constexpr std::size_t kMostBytes = std::size_t{32} << 20;  // of lines that wait to become a block

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

/// From onStart to onStop: one thread, on which everything happens.
class SocketTextReceiver::Connection {
 public:
  explicit Connection(SocketTextReceiver& receiver)
      : receiver_(receiver),
        builder_(receiver.builder_),
        peer_(receiver.host_ + ":" + std::to_string(receiver.port_)) {
    lookup_->connection = this;
    asio::post(io_, [this] { lookUp(); });
    thread_ = std::thread([this] { run(); });
  }

  ~Connection() {
    {
      MutexLock lock(lookup_->mutex);
      lookup_->connection = nullptr;
    }
    asio::post(io_, [this] { finish(); });
    thread_.join();
  }

  void requestCut() {
    if (!cutRequested_.exchange(true)) asio::post(io_, [this] { cut(); });
  }

 private:
  /// getaddrinfo cannot be interrupted, so it has a thread that nobody waits for; this is what they share.
  struct Lookup {
    Mutex mutex;
    Connection* connection MILLRACE_GUARDED_BY(mutex);
  };

  void run() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        asio::post(io_, [this, reason = failure(error.what())] { end(reason); });
      }
    }
  }

  void lookUp() {
    error_code notNumeric;
    auto address = asio::ip::make_address(receiver_.host_, notNumeric);
    auto port = static_cast<asio::ip::port_type>(receiver_.port_);
    if (!notNumeric) return connect({tcp::endpoint(address, port)});
    std::thread([lookup = lookup_, host = receiver_.host_, port] {
      asio::io_context here;
      error_code error;
      std::vector<tcp::endpoint> endpoints;
      for (const auto& entry : tcp::resolver(here).resolve(host, std::to_string(port), error)) {
        endpoints.push_back(entry.endpoint());
      }
      MutexLock lock(lookup->mutex);
      if (Connection* connection = lookup->connection) {
        asio::post(connection->io_, [connection, error, endpoints = std::move(endpoints)] {
          error ? connection->retry("Unknown host " + connection->receiver_.host_ + ": " + error.message())
                : connection->connect(endpoints);
        });
      }
    }).detach();
  }

  void connect(std::vector<tcp::endpoint> endpoints) {
    asio::async_connect(socket_, endpoints, [this](const error_code& error, const tcp::endpoint&) {
      if (error == asio::error::operation_aborted) return;
      if (error) return retry("Could not connect to " + peer_ + ": " + error.message());
      receiver_.backoff_->reset();
      socket_.non_blocking(true);
      keepAlive(socket_);
      connected_ = true;
      logInfo("receiver connected", {{"stream", receiver_.streamId()}, {"peer", peer_}});
      awaitData();
    });
  }

  std::string failure(const std::string& reason) const {
    return "Reading from " + peer_ + " failed: " + reason;
  }

  void retry(const std::string& reason) { receiver_.restart(reason, receiver_.backoff_->next()); }

  /// What waits to become a block is enough. So at an end no more is left than may pass at once.
  bool full() const {
    return builder_.lines() >= receiver_.mostPermitted() || builder_.bytes() >= kMostBytes;
  }

  void awaitData() {
    if (!connected_ || awaiting_ || full()) return;
    awaiting_ = true;
    socket_.async_wait(tcp::socket::wait_read, [this](const error_code& error) {
      awaiting_ = false;
      if (!error) readOn();
    });
  }

  /// As long as the next bytes come soon they are awaited here, at the socket alone: by way of io_ it would take two
  /// system calls more, which a stream of single lines feels. Now and then, and when a cut waits, it is the turn of io_.
  void readOn() {
    for (int turn = 0; turn < kTurns; ++turn) {
      readAvailable();
      if (!connected_ || full() || cutRequested_ || !comesSoon()) break;
    }
    awaitData();
  }

  bool comesSoon() {
    pollfd socket{socket_.native_handle(), POLLIN, 0};
    return ::poll(&socket, 1, kSoonMs) != 0;
  }

  void readAvailable() {
    bool came = false;
    for (int reads = 0; reads < kReadsPerTurn && !full(); ++reads) {
      auto room = builder_.prepare();
      error_code error;
      std::size_t size = socket_.read_some(asio::buffer(room.data(), room.size()), error);
      if (error == asio::error::would_block) break;
      if (error == asio::error::eof) {
        builder_.endInput();
        return end(peer_ + " closed the connection");
      }
      if (error) return end(failure(error.message()));
      builder_.commit(size);
      came = true;
      if (size < room.size()) break;
    }
    if (came && (receiver_.isLive() || builder_.bytes() >= kMostBytes)) storePermitted();
  }

  void cut() {
    storePermitted();
    awaitData();
  }

  void storePermitted() {
    cutRequested_ = false;
    store(receiver_.permitted(builder_.lines()));
    if (receiver_.isLive() && builder_.lines() > 0) storeSoon();
  }

  /// Where blocks are made at intervals, each of these asks for the lines that the rate limit held back. In a live run
  /// nobody does.
  void storeSoon() {
    if (std::exchange(storesSoon_, true)) return;
    soon_.expires_after(std::chrono::milliseconds(kSoonMs));
    soon_.async_wait([this](const error_code&) {
      storesSoon_ = false;
      cut();
    });
  }

  void end(const std::string& reason) {
    close();
    store(builder_.lines());
    receiver_.restart(reason);
  }

  void finish() {
    close();
    work_.reset();
    io_.stop();
    store(builder_.lines());
  }

  void store(std::size_t lines) {
    receiver_.lossLog_.check(builder_.counts(), peer_);
    receiver_.storeBlock(builder_.cut(lines));
  }

  void close() {
    builder_.breakInput();
    error_code ignored;
    socket_.close(ignored);
    connected_ = false;
  }

  SocketTextReceiver& receiver_;
  TextBlockBuilder& builder_;
  const std::string peer_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  tcp::socket socket_{io_};
  asio::steady_timer soon_{io_};
  const std::shared_ptr<Lookup> lookup_{std::make_shared<Lookup>()};
  std::atomic<bool> cutRequested_ = false;
  bool connected_ = false;
  bool awaiting_ = false;
  bool storesSoon_ = false;
  std::thread thread_;
};

SocketTextReceiver::SocketTextReceiver(std::string host, int port, StorageLevel storageLevel,
                                       std::size_t lineLimit)
    : ReceiverBase(storageLevel), host_(std::move(host)), port_(port), builder_(lineLimit) {
  if (host_.empty())
    throw IllegalArgument("socketTextStream: the host is empty; name the server to read from");
  if (port_ < 1 || port_ > 65535) {
    throw IllegalArgument("socketTextStream: port " + std::to_string(port_) + " is not in 1..65535");
  }
}

SocketTextReceiver::~SocketTextReceiver() = default;

void SocketTextReceiver::onStart() {
  if (!backoff_) backoff_.emplace(restartDelay(), kMostDelay);
  MutexLock lock(mutex_);
  connection_ = std::make_unique<Connection>(*this);
}

void SocketTextReceiver::onStop() {
  MutexLock lock(mutex_);
  std::unique_ptr<Connection> connection = std::move(connection_);
  lock.unlock();
  connection.reset();
}

BlockPtr SocketTextReceiver::takeBlock() {
  MutexLock lock(mutex_);
  if (connection_) connection_->requestCut();
  return nullptr;
}

}  // namespace millrace::core
