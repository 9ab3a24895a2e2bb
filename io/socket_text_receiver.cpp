#include <millrace/io/socket_text_receiver.hpp>

#include <millrace/base/log.hpp>
#include <millrace/io/idle_limit.hpp>
#include <millrace/io/socket_connection.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>

#include <atomic>
#include <chrono>
#include <utility>

namespace millrace::core {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kReadsPerTurn = 4;
constexpr int kTurns = 16;  // before other handlers of io_ have theirs
constexpr int kSoonMs = 1;
constexpr std::size_t kMostBytes = std::size_t{32} << 20;  // of lines that wait to become a block

}  // namespace

/// Reads what is there and awaits more; nothing blocks.
class SocketTextReceiver::Connection final : public SocketConnection {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Connection(SocketTextReceiver& receiver)
      : SocketConnection(receiver, receiver.peer_, *receiver.backoff_),
        receiver_(receiver),
        builder_(receiver.builder_),
        idle_(receiver.peer_.idleTimeout) {
    start();
  }
  ~Connection() override { stop(); }

  void requestCut() {
    if (!cutRequested_.exchange(true)) asio::post(io_, [this] { cut(); });
  }

 private:
  void onConnected() override {
    idle_.restart(Clock::now());
    awaitData();
    awaitSilence();
  }

  void onClosed() override {
    builder_.breakInput();
    store(builder_.lines());
  }

  /// What waits to become a block is enough. So at an end no more is left than may pass at once.
  bool full() const {
    return builder_.lines() >= receiver_.mostPermitted() || builder_.bytes() >= kMostBytes;
  }

  void awaitData() {
    if (!isConnected() || awaiting_) return;
    if (full()) {
      if (receiver_.isLive()) storeSoon();
      return;
    }
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
      if (!isConnected() || full() || cutRequested_ || !comes(kSoonMs)) break;
    }
    awaitData();
  }

  bool comes(int withinMs) {
    pollfd socket{socket_.native_handle(), POLLIN, 0};
    return ::poll(&socket, 1, withinMs) != 0;
  }

  /// The time counts while data is awaited: the peer of a receiver that has enough cannot say anything.
  void awaitSilence() {
    if (!idle_.isSet()) return;
    silence_.expires_at(idle_.end());
    silence_.async_wait([this](const error_code&) {
      if (!isConnected()) return;
      const auto now = Clock::now();
      if (!awaiting_ || comes(0)) idle_.restart(now);
      if (idle_.isOver(now)) return end(peer().silence());
      awaitSilence();
    });
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
        return end(peerName() + " closed the connection");
      }
      if (error) return end(failure(error.message()));
      builder_.commit(size);
      receiver_.gathered_ = builder_.lines();
      came = true;
      if (size < room.size()) break;
    }
    if (came && idle_.isSet()) idle_.restart(Clock::now());
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

  /// Where blocks are made at intervals, each of these asks for the lines that were held back, and goes on reading. In a live
  /// run nobody does.
  void storeSoon() {
    if (std::exchange(storesSoon_, true)) return;
    soon_.expires_after(std::chrono::milliseconds(kSoonMs));
    soon_.async_wait([this](const error_code&) {
      storesSoon_ = false;
      cut();
    });
  }

  void store(std::size_t lines) {
    receiver_.lossLog_.check(builder_.counts(), peerName());
    BlockPtr block = builder_.cut(lines);
    receiver_.gathered_ = builder_.lines();
    receiver_.storeOrRetry(std::move(block));
  }

  SocketTextReceiver& receiver_;
  TextBlockBuilder& builder_;
  IdleLimit idle_;
  asio::steady_timer soon_{io_};
  asio::steady_timer silence_{io_};
  std::atomic<bool> cutRequested_ = false;
  bool awaiting_ = false;
  bool storesSoon_ = false;
};

SocketTextReceiver::SocketTextReceiver(SocketPeer peer, StorageLevel storageLevel, std::size_t lineLimit)
    : ReceiverBase(storageLevel), peer_(checked("socketTextStream", std::move(peer))), builder_(lineLimit) {}

SocketTextReceiver::~SocketTextReceiver() = default;

void SocketTextReceiver::onStart() {
  if (!backoff_) backoff_.emplace(restartDelay(), SocketConnection::kMostDelay);
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
