#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace millrace {

/// Collects the bytes that codecs write. Numbers are little-endian.
class ByteWriter {
 public:
  void bytes(std::string_view more) { bytes_.append(more); }
  /// The memory of a number, an enum or another type without pointers.
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void raw(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  /// A length or number, seven bits per byte, the lowest bits first: small numbers take one byte.
  void varint(std::uint64_t value);

  const std::string& written() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter has written. The bytes are not trusted: whatever they are, a read gives a value or throws
/// BadRecord naming the position. It never allocates more than the bytes that are left allow, nor nests deeper than
/// kDeepest.
class ByteReader {
 public:
  static constexpr int kDeepest = 100;

  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t position() const { return at_; }
  std::size_t remaining() const { return bytes_.size() - at_; }

  /// The next `count` bytes; valid as long as the bytes that are read.
  std::string_view bytes(std::uint64_t count) {
    if (count > remaining()) failShort(count);
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  template <class T>
    requires std::is_trivially_copyable_v<T>
  T raw() {
    T value;
    std::memcpy(&value, bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::uint64_t varint();
  /// How many elements follow, each of at least `least` bytes: never more than the bytes that are left can hold.
  std::size_t count(std::size_t least = 1);

  [[noreturn]] void fail(const std::string& what) const;

  /// Counts, until the end of the scope, how deep the value that is read lies inside others.
  class Nesting {
   public:
    explicit Nesting(ByteReader& reader) : reader_(reader) {
      if (++reader_.depth_ > kDeepest) reader_.fail("values are nested more than 100 deep");
    }
    ~Nesting() { --reader_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    ByteReader& reader_;
  };

 private:
  [[noreturn]] void failShort(std::uint64_t count) const;

  std::string_view bytes_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace millrace
