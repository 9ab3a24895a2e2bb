#include <millrace/base/hash.hpp>

#include <cstring>

namespace millrace::core {

namespace {

std::uint64_t load(const char* bytes, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  return word;
}

}  // namespace

std::uint64_t hashLongBytes(const char* bytes, std::size_t size) {
  std::uint64_t hash = kHashThird ^ size;
  while (size > 16) {
    hash = mixBits(load(bytes, 8) ^ hash, load(bytes + 8, 8) ^ kHashSecond);
    bytes += 16;
    size -= 16;
  }
  std::uint64_t low = load(bytes, size < 8 ? size : 8);
  std::uint64_t high = size > 8 ? load(bytes + 8, size - 8) : 0;
  return mixBits(low ^ hash, high ^ kHashSeed);
}

}  // namespace millrace::core
