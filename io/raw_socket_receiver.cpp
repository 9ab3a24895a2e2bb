#include <millrace/io/raw_socket_receiver.hpp>

#include <millrace/base/error.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

/// False at the end of the stream; SparkException if that is inside of the bytes.
bool readAll(std::istream& stream, char* to, std::size_t size, const char* what) {
  stream.read(to, static_cast<std::streamsize>(size));
  const auto got = static_cast<std::size_t>(stream.gcount());
  if (got > 0 && got < size)
    throw SparkException(std::string("the connection ended after ") + std::to_string(got) + " of the " +
                         std::to_string(size) + " bytes of " + what);
  return got == size;
}

}  // namespace

RawSocketReceiver::RawSocketReceiver(SocketPeer peer, SerializedBlockFn makeBlock, StorageLevel storageLevel)
    : ReceiverBase(storageLevel),
      peerName_(peer.name()),
      makeBlock_(makeBlock),
      reader_(*this, std::move(peer)) {}

void RawSocketReceiver::onStart() {
  reader_.start(restartDelay(), [this](SocketStream& stream) { read(stream); });
}

void RawSocketReceiver::read(SocketStream& stream) {
  std::array<unsigned char, 4> start;
  while (readAll(stream, reinterpret_cast<char*>(start.data()), start.size(), "a length")) {
    std::uint32_t length = 0;
    for (const unsigned char byte : start) length = length << 8 | byte;
    if (length > kMostBytes)
      throw SparkException("a block has the length " + std::to_string(static_cast<std::int32_t>(length)) +
                           ", and 0 to " + std::to_string(kMostBytes) +
                           " bytes are allowed: is this a sender of blocks?");
    if (length == 0) continue;
    std::string bytes(length, '\0');
    if (!readAll(stream, bytes.data(), length, "a block"))
      throw SparkException("the connection ended behind a length");
    BlockPtr block;
    try {
      block = makeBlock_(std::move(bytes), peerName_);
    } catch (const BadRecord& error) {
      reportError("A block of " + std::to_string(length) + " bytes from " + peerName_ +
                      " holds no records and is left out",
                  error);
      continue;
    }
    storeOrRetry(std::move(block));
  }
}

}  // namespace millrace::core
