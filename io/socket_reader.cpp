#include <millrace/io/socket_reader.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/socket_connection.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <optional>
#include <streambuf>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr std::size_t kRoom = std::size_t{64} << 10;

/// Wakes a thread that polls.
class WakeUp {
 public:
  WakeUp() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~WakeUp() { close(event_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void wake() {
    asked_ = true;
    eventfd_write(event_, 1);
  }
  bool isAsked() const { return asked_; }
  int handle() const { return event_; }

 private:
  const int event_;
  std::atomic<bool> asked_ = false;
};

/// Reads a socket that does not block, and waits for it; large pieces are read to where they are wanted.
class SocketBuffer final : public std::streambuf {
 public:
  SocketBuffer(int socket, const WakeUp& wakeUp, const SocketPeer& peer)
      : socket_(socket),
        wakeUp_(wakeUp),
        peer_(peer),
        timeout_(peer.idleTimeout > 0 ? static_cast<int>(std::min<std::int64_t>(
                                            peer.idleTimeout, std::numeric_limits<int>::max()))
                                      : -1),
        room_(kRoom) {}

  bool atEnd() const { return atEnd_; }
  /// Why no more can be read, though the peer has not closed the connection; empty if it can, or has.
  const std::string& broken() const { return broken_; }

 protected:
  int_type underflow() override {
    const std::size_t size = receive(room_.data(), room_.size());
    if (size == 0) return traits_type::eof();
    setg(room_.data(), room_.data(), room_.data() + size);
    return traits_type::to_int_type(*gptr());
  }

  std::streamsize xsgetn(char* to, std::streamsize wanted) override {
    std::streamsize got = std::min(egptr() - gptr(), static_cast<std::ptrdiff_t>(wanted));
    std::copy_n(gptr(), got, to);
    setg(eback(), gptr() + got, egptr());
    while (wanted - got >= static_cast<std::streamsize>(kRoom)) {
      const std::size_t size = receive(to + got, static_cast<std::size_t>(wanted - got));
      if (size == 0) return got;
      got += static_cast<std::streamsize>(size);
    }
    return got == wanted ? got : got + std::streambuf::xsgetn(to + got, wanted - got);
  }

  std::streamsize showmanyc() override { return atEnd_ ? -1 : 0; }

 private:
  std::size_t receive(char* to, std::size_t size) {
    if (!broken_.empty()) throw SparkException(broken_);
    while (!atEnd_) {
      if (wakeUp_.isAsked()) fail("The receiver of " + peer_.name() + " stops");
      const ssize_t got = recv(socket_, to, size, 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) {
        atEnd_ = true;
      } else if (errno == EAGAIN || errno == EINTR) {
        await();
      } else {
        fail("Reading from " + peer_.name() + " failed: " + std::generic_category().message(errno));
      }
    }
    return 0;
  }

  void await() {
    pollfd awaited[] = {{socket_, POLLIN, 0}, {wakeUp_.handle(), POLLIN, 0}};
    if (poll(awaited, 2, timeout_) == 0) fail(peer_.silence());
  }

  [[noreturn]] void fail(std::string reason) {
    broken_ = std::move(reason);
    throw SparkException(broken_);
  }

  const int socket_;
  const WakeUp& wakeUp_;
  const SocketPeer& peer_;
  const int timeout_;
  std::vector<char> room_;
  bool atEnd_ = false;
  std::string broken_;
};

class BufferedSocketStream final : public SocketStream {
 public:
  explicit BufferedSocketStream(SocketBuffer& buffer) : SocketStream(&buffer), buffer_(buffer) {
    exceptions(badbit);
  }
  void checkWhole() const override {
    if (!buffer_.broken().empty()) throw SparkException(buffer_.broken());
  }

 private:
  SocketBuffer& buffer_;
};

}  // namespace

class SocketReader::Connection final : public SocketConnection {
 public:
  Connection(ReceiverBase& receiver, const SocketPeer& peer, Backoff& backoff, Read read)
      : SocketConnection(receiver, peer, backoff), read_(std::move(read)) {
    start();
  }
  ~Connection() override {
    wakeUp_.wake();
    stop();
  }

 private:
  void onConnected() override {
    SocketBuffer buffer(socket_.native_handle(), wakeUp_, peer());
    std::string reason;
    try {
      BufferedSocketStream stream(buffer);
      read_(stream);
      reason =
          peerName() + (buffer.atEnd() ? " closed the connection" : " was read to the end of its records");
    } catch (...) {
      reason = failure(describeException(std::current_exception()));
    }
    if (!buffer.broken().empty()) reason = buffer.broken();
    end(reason);
  }
  void onClosed() override {}

  const Read read_;
  WakeUp wakeUp_;
};

struct SocketReader::State {
  ReceiverBase& receiver;
  const SocketPeer peer;
  std::optional<Backoff> backoff = {};
  Mutex mutex = {};
  std::unique_ptr<Connection> connection MILLRACE_GUARDED_BY(mutex) = {};
};

SocketReader::SocketReader(ReceiverBase& receiver, SocketPeer peer)
    : state_(new State{receiver, std::move(peer)}) {}

SocketReader::~SocketReader() = default;

void SocketReader::start(std::int64_t restartDelay, Read read) {
  if (!state_->backoff) state_->backoff.emplace(restartDelay, SocketConnection::kMostDelay);
  MutexLock lock(state_->mutex);
  state_->connection =
      std::make_unique<Connection>(state_->receiver, state_->peer, *state_->backoff, std::move(read));
}

void SocketReader::stop() {
  MutexLock lock(state_->mutex);
  std::unique_ptr<Connection> connection = std::move(state_->connection);
  lock.unlock();
  connection.reset();
}

}  // namespace millrace::core
