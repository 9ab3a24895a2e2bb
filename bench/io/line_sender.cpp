#include "io/line_sender.hpp"

#include "cores.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace millrace::bench {

namespace {

std::string pieceOf(std::size_t lineBytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string line(lineBytes - 1, 'x');
  line += '\n';
  std::string piece;
  while (piece.size() < kPiece) piece += line;
  return piece;
}

}  // namespace

LineSender::LineSender(std::int64_t lines, std::size_t lineBytes) : piece_(pieceOf(lineBytes)) {
  pinToOtherCore();
  thread_ = std::thread([this, bytes = static_cast<std::size_t>(lines) * lineBytes] { send(bytes); });
  pinToWorkCore();
}

LineSender::LineSender(std::string text, std::size_t times) : piece_(std::move(text)) {
  pinToOtherCore();
  thread_ = std::thread([this, bytes = piece_.size() * times] { send(bytes); });
  pinToWorkCore();
}

LineSender::~LineSender() {
  loopback_.shutDown();
  thread_.join();
}

void LineSender::send(std::size_t bytes) {
  constexpr std::size_t kAtOnce = std::size_t{1} << 20;
  if (!loopback_.accept()) return;
  startedAt_.set_value(std::chrono::steady_clock::now());
  for (std::size_t left = bytes; left > 0;) {
    std::string_view piece(piece_.data(), std::min(piece_.size(), left));
    left -= piece.size();
    for (; !piece.empty(); piece.remove_prefix(std::min(kAtOnce, piece.size()))) {
      if (!loopback_.send(piece.substr(0, kAtOnce))) return;
    }
  }
}

}  // namespace millrace::bench
