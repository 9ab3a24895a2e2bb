#pragma once

#include <millrace/io/receiver_base.hpp>
#include <millrace/io/serialized_block.hpp>
#include <millrace/io/socket_reader.hpp>

#include <cstddef>

namespace millrace::core {

/// Reads blocks of serialized records from a TCP server, and stores them as they are. Before each comes its length, four
/// bytes, big-endian; a block of length 0 is passed over. A length that cannot be restarts the receiver; a block that makes
/// no sense is reported and left out.
class RawSocketReceiver final : public ReceiverBase {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  RawSocketReceiver(SocketPeer peer, SerializedBlockFn makeBlock, StorageLevel storageLevel);

  void onStart() override;
  void onStop() override { reader_.stop(); }

 private:
  BlockPtr takeBlock() override { return nullptr; }
  void read(SocketStream& stream);

  const std::string peerName_;
  const SerializedBlockFn makeBlock_;
  SocketReader reader_;
};

}  // namespace millrace::core
