#include <millrace/base/byte_archive.hpp>
#include <millrace/base/error.hpp>

#include <bit>

namespace millrace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

void ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes(1)[0]);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  fail("a number of more than 64 bits");
}

std::size_t ByteReader::count(std::size_t least) {
  const std::uint64_t count = varint();
  if (count > remaining() / least) failShort(count);
  return static_cast<std::size_t>(count);
}

void ByteReader::fail(const std::string& what) const {
  throw BadRecord("at byte " + std::to_string(at_) + " of " + std::to_string(bytes_.size()) + ": " + what);
}

void ByteReader::failShort(std::uint64_t count) const {
  fail(std::to_string(count) + " bytes or elements should follow, but " + std::to_string(remaining()) +
       " bytes are left");
}

}  // namespace millrace
