#pragma once

#include <millrace/base/file_system.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <ostream>
#include <streambuf>

namespace millrace::core {

/// A stream that writes to a file, in pieces that are worth a system call. What the file throws comes through.
class FileStream final : public std::ostream {
 public:
  explicit FileStream(std::unique_ptr<WritableFile> file);

  /// Returns when all of it would survive a power cut. Nothing may follow.
  void syncAndClose();
  /// Hands all of it to the system. Nothing may follow.
  void close();
  /// How many bytes were given so far.
  std::uint64_t written() const { return buffer_.written(); }

 private:
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(WritableFile& file) : file_(file) { clear(); }
    void writeOut();
    std::uint64_t written() const { return before_ + static_cast<std::uint64_t>(pptr() - pbase()); }

   protected:
    int_type overflow(int_type next) override;

   private:
    void clear() { setp(room_.data(), room_.data() + room_.size()); }

    WritableFile& file_;
    std::uint64_t before_ = 0;
    std::array<char, 64 * 1024> room_;
  };

  const std::unique_ptr<WritableFile> file_;
  Buffer buffer_;
};

}  // namespace millrace::core
