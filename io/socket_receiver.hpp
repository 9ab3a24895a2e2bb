#pragma once

#include <millrace/io/receiver.hpp>
#include <millrace/io/socket_reader.hpp>

#include <functional>
#include <istream>
#include <optional>
#include <utility>

namespace millrace::core {

/// Reads records from a TCP server, by a function of the user that makes them of its bytes. Each connection is read by a copy
/// of it.
template <class T>
class SocketReceiver final : public Receiver<T> {
 public:
  using Converter = std::function<std::optional<T>(std::istream&)>;

  SocketReceiver(SocketPeer peer, Converter converter, StorageLevel storageLevel)
      : Receiver<T>(storageLevel), converter_(std::move(converter)), reader_(*this, std::move(peer)) {}

  void onStart() override {
    reader_.start(this->restartDelay(), [this](SocketStream& stream) { read(stream); });
  }
  void onStop() override { reader_.stop(); }

 private:
  void read(SocketStream& stream) {
    Converter convert = converter_;
    while (std::optional<T> record = convert(stream)) {
      stream.checkWhole();
      this->store(std::move(*record));
    }
  }

  const Converter converter_;
  SocketReader reader_;
};

}  // namespace millrace::core
