#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/io/backoff.hpp>
#include <millrace/io/line_loss_log.hpp>
#include <millrace/io/receiver_base.hpp>
#include <millrace/io/socket_peer.hpp>
#include <millrace/io/text_block_builder.hpp>

#include <memory>
#include <optional>

namespace millrace::core {

/// Reads lines of text from a TCP server; TextBlockBuilder says what a line is. Its blocks are of std::string_view.
///
/// When the peer ends the stream or the connection fails, the receiver restarts: a last line without terminator is kept
/// after a clean end and dropped after a failure. While there is nobody to connect to it tries again, at distances that
/// grow to ten seconds; a peer that is silent for the time of SocketPeer is left and asked anew. It reads only as long as its blocks are taken and the rate limit allows: TCP slows the sender.
class SocketTextReceiver final : public ReceiverBase {
 public:
  /// IllegalArgument for a peer that cannot be, or if the limit of a line, in bytes, is not usable.
  SocketTextReceiver(SocketPeer peer, StorageLevel storageLevel, std::size_t lineLimit = kDefaultLineLimit);
  ~SocketTextReceiver() override;

  void onStart() override;
  void onStop() override;

  /// Since the receiver was made. For any thread.
  const LineCounts& counts() const { return builder_.counts(); }

 private:
  class Connection;

  /// The builder belongs to the connection's thread: this only asks it to store the lines so far.
  BlockPtr takeBlock() override;
  std::size_t gathered() const override { return gathered_; }

  const SocketPeer peer_;
  TextBlockBuilder builder_;
  std::atomic<std::size_t> gathered_ = 0;  // lines in it
  LineLossLog lossLog_;
  std::optional<Backoff> backoff_;
  Mutex mutex_;
  std::unique_ptr<Connection> connection_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
