#pragma once

#include <millrace/base/byte_matcher.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

namespace core {

[[noreturn]] void throwPastTheEnd(std::string_view text, char delimiter);

}  // namespace core

/// A place in a split text. Going past the end (`*` or `++`) throws BadRecord with the text.
///
/// It holds the places of the delimiters in the next 64 bytes as a mask, so that a word costs a few
/// instructions.
template <class Piece>
class SplitIterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = Piece;
  using difference_type = std::ptrdiff_t;
  using reference = Piece;
  using pointer = void;

  /// The end of every text.
  SplitIterator() = default;

  SplitIterator(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {
    const char* begin = text.empty() ? "" : text.data();
    end_ = begin + text.size();
    while (end_ != begin && end_[-1] == delimiter) --end_;
    if (end_ == begin && !text.empty()) return;
    piece_ = block_ = begin;
    mask_ = core::ByteMatcher(delimiter_).inFirst64(block_, left());
    findPieceEnd();
  }

  Piece operator*() const {
    requirePiece();
    return Piece(piece_, static_cast<std::size_t>(pieceEnd_ - piece_));
  }

  SplitIterator& operator++() {
    if (pieceEnd_ != end_) {
      piece_ = pieceEnd_ + 1;
      findPieceEnd();
    } else {
      requirePiece();
      piece_ = nullptr;
    }
    return *this;
  }

  SplitIterator operator++(int) {
    SplitIterator before = *this;
    ++*this;
    return before;
  }

  bool operator==(const SplitIterator& that) const { return piece_ == that.piece_; }

 private:
  static constexpr std::size_t kBlock = core::ByteMatcher::kBytes;

  void requirePiece() const {
    if (piece_ == nullptr) core::throwPastTheEnd(text_, delimiter_);
  }

  std::size_t left() const { return static_cast<std::size_t>(end_ - block_); }

  void findPieceEnd() {
    while (mask_ == 0) {
      if (left() <= kBlock) {
        pieceEnd_ = end_;
        return;
      }
      block_ += kBlock;
      const std::size_t overlap = kBlock - std::min(left(), kBlock);
      mask_ = core::ByteMatcher(delimiter_).in64(block_ - overlap) >> overlap;
    }
    pieceEnd_ = block_ + std::countr_zero(mask_);
    mask_ &= mask_ - 1;
  }

  const char* piece_ = nullptr;  // null: the end
  const char* pieceEnd_ = nullptr;
  const char* end_ = nullptr;    // of the text without the delimiters at its end
  const char* block_ = nullptr;  // the 64 bytes whose delimiters behind pieceEnd_ mask_ holds
  std::uint64_t mask_ = 0;
  std::string_view text_;
  char delimiter_ = 0;
};

/// The pieces of a text, found while they are read. With Text = std::string_view both borrow the text; with
/// std::string it is held here, and the pieces are strings of their own.
template <class Text>
class Split {
 public:
  Split(Text text, char delimiter) : text_(std::move(text)), delimiter_(delimiter) {}

  SplitIterator<Text> begin() const& { return first(); }
  SplitIterator<Text> begin() const&&
    requires std::same_as<Text, std::string>
  = delete;  // it would outlive the text
  SplitIterator<Text> end() const { return {}; }

  /// Piece number `index`, from 0; BadRecord with the text where there are not so many. Reads the pieces before it: take
  /// toVector() for many of a long text.
  Text operator[](std::size_t index) const {
    SplitIterator<Text> piece = first();
    while (index-- > 0) ++piece;
    return *piece;
  }
  /// How many pieces there are. Reads all of them.
  std::size_t size() const { return static_cast<std::size_t>(std::distance(first(), end())); }
  bool empty() const { return first() == end(); }

  /// The pieces, all at once.
  std::vector<Text> toVector() const { return std::vector<Text>(first(), end()); }
  operator std::vector<std::string_view>() const
    requires std::same_as<Text, std::string_view>
  {
    return toVector();
  }
  /// Strings of their own, whatever the text is.
  operator std::vector<std::string>() const {
    std::vector<std::string> pieces;
    for (auto piece = first(); piece != end(); ++piece) pieces.emplace_back(*piece);
    return pieces;
  }

 private:
  SplitIterator<Text> first() const { return {text_, delimiter_}; }

  Text text_;
  char delimiter_;
};

/// Splits as Java does: empty pieces at the beginning and inside stay, those at the end go; "" gives one
/// empty piece, " " split at ' ' none.
///
/// Of a text that stays where it is (a view, a const string, a literal) the pieces are views into it. Of a
/// string that may change or vanish (a variable, a parameter taken by value, a temporary) they are strings,
/// so that a function may return the result.
inline Split<std::string_view> split(std::string_view text, char delimiter) { return {text, delimiter}; }
inline Split<std::string_view> split(const char* text, char delimiter) { return {text, delimiter}; }
inline Split<std::string_view> split(const std::string& text, char delimiter) { return {text, delimiter}; }
inline Split<std::string> split(std::string& text, char delimiter) { return {text, delimiter}; }
inline Split<std::string> split(std::string&& text, char delimiter) { return {std::move(text), delimiter}; }
inline Split<std::string> split(const std::string&& text, char delimiter) { return {text, delimiter}; }

}  // namespace millrace

/// Their size() takes as long as reading all pieces, which a sized range's must not.
template <class Text>
inline constexpr bool std::ranges::disable_sized_range<millrace::Split<Text>> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<millrace::Split<std::string_view>> = true;
template <>
inline constexpr bool std::ranges::enable_view<millrace::Split<std::string_view>> = true;
