#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::bench {

/// Reads lines into stored blocks as a specialist writes it: 256 KiB at a time into a block of 4 MiB, and beside it the
/// offsets of the line feeds, found 64 bytes at a time. Keeps the last 16 blocks and uses the oldest one's memory again.
class HandReader {
 public:
  HandReader() = default;
  ~HandReader();
  HandReader(const HandReader&) = delete;
  HandReader& operator=(const HandReader&) = delete;

  /// Takes over the socket to read from.
  void use(int socket) { socket_ = socket; }
  /// Waits for more and reads it. How many lines that ended.
  std::int64_t read();

 private:
  static constexpr std::size_t kBlocks = 16;
  static constexpr std::size_t kBlock = std::size_t{4} << 20;
  static constexpr std::size_t kRead = std::size_t{256} << 10;

  struct Block {
    std::vector<char> text = std::vector<char>(kBlock + 64);
    std::vector<std::uint32_t> ends = std::vector<std::uint32_t>(kBlock);
    std::size_t lines = 0;
  };
  std::int64_t findLines(std::size_t begin, std::size_t end);
  void nextBlock();

  int socket_ = -1;
  std::vector<Block> blocks_{kBlocks};
  std::size_t current_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace millrace::bench
