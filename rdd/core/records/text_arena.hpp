#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace millrace::core {

/// Memory for texts that live and die together. Grows in pooled pieces; a text never moves. Not thread-safe.
class TextArena {
 public:
  TextArena() = default;
  TextArena(TextArena&& other) noexcept;
  TextArena& operator=(TextArena&& other) noexcept;
  ~TextArena();

  const char* copy(std::string_view text);
  /// Forgets all texts and keeps the first piece.
  void clear() noexcept;
  /// Bytes copied in since the last clear.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Piece {
    char* begin;
    std::size_t size;
  };
  char* grow(std::size_t size);
  void release(std::size_t keep) noexcept;

  std::vector<Piece> pieces_;
  char* free_ = nullptr;
  char* end_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::core
