#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/show.hpp>

#include <concepts>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace millrace {

/// A place in a part of a source, in the source's own terms: a number of a record, a file and an offset in it, any value
/// that has a codec. It is kept as bytes, so that what remembers positions need not know the source. Two are equal if their
/// bytes are.
class Position {
 public:
  /// No place: a source that is asked to go there begins where it begins.
  Position() = default;

  /// Integers of every size are kept alike.
  template <std::integral V>
  Position(V number) : text_(std::to_string(number)) {
    write(static_cast<std::int64_t>(number));
  }
  template <class V>
    requires(kHasCodec<V> && !std::integral<V>)
  explicit Position(const V& value) {
    write(value);
    std::ostringstream text;
    show(text, value);
    text_ = std::move(text).str();
  }

  /// The value again. BadRecord if it was not made of a V.
  template <class V>
  V as() const {
    ByteReader reader(bytes_);
    if constexpr (std::integral<V>) {
      return static_cast<V>(Codec<std::int64_t>::read(reader));
    } else {
      return Codec<V>::read(reader);
    }
  }

  /// A position that was kept: these are its `bytes` and its `text`.
  static Position kept(std::string bytes, std::string text) {
    Position position;
    position.bytes_ = std::move(bytes);
    position.text_ = std::move(text);
    return position;
  }

  bool empty() const { return bytes_.empty(); }
  const std::string& bytes() const { return bytes_; }
  /// For people: "17".
  const std::string& text() const { return text_; }

  friend bool operator==(const Position& a, const Position& b) { return a.bytes_ == b.bytes_; }

 private:
  template <class V>
  void write(const V& value) {
    ByteWriter writer;
    Codec<V>::write(writer, value);
    bytes_ = writer.written();
  }

  std::string bytes_;
  std::string text_;
};

/// The records at the positions [from, until) of a part of a source.
struct PositionRange {
  Position from;
  Position until;
};

}  // namespace millrace
