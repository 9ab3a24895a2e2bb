#include "io/hand_reader.hpp"

#include <emmintrin.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace millrace::bench {

HandReader::~HandReader() {
  if (socket_ >= 0) close(socket_);
}

std::int64_t HandReader::read() {
  if (filled_ == kBlock) nextBlock();
  Block& block = blocks_[current_];
  ssize_t size = ::read(socket_, block.text.data() + filled_, std::min(kRead, kBlock - filled_));
  if (size <= 0) throw std::runtime_error("the sender has gone");
  std::size_t begin = filled_;
  filled_ += static_cast<std::size_t>(size);
  return findLines(begin, filled_);
}

std::int64_t HandReader::findLines(std::size_t begin, std::size_t end) {
  Block& block = blocks_[current_];
  const __m128i lineFeed = _mm_set1_epi8('\n');
  std::size_t before = block.lines;
  std::uint32_t* to = block.ends.data() + before;
  for (std::size_t at = begin; at < end; at += 64) {
    std::uint64_t mask = 0;
    for (unsigned part = 0; part < 64; part += 16) {
      __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block.text.data() + at + part));
      auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lineFeed)));
      mask |= static_cast<std::uint64_t>(found) << part;
    }
    if (end - at < 64) mask &= (std::uint64_t{1} << (end - at)) - 1;
    for (; mask != 0; mask &= mask - 1)
      *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(mask));
  }
  block.lines = static_cast<std::size_t>(to - block.ends.data());
  return static_cast<std::int64_t>(block.lines - before);
}

/// The line that is not complete yet goes on in the next block.
void HandReader::nextBlock() {
  const Block& full = blocks_[current_];
  std::size_t tail = full.lines == 0 ? 0 : full.ends[full.lines - 1] + 1;
  current_ = (current_ + 1) % kBlocks;
  Block& next = blocks_[current_];
  next.lines = 0;
  filled_ = kBlock - tail;
  std::memcpy(next.text.data(), full.text.data() + tail, filled_);
}

}  // namespace millrace::bench
