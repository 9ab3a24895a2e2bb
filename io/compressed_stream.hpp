#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// What streams of compressed files have in common, whatever the format: they read their file piece by piece, and say at which of
/// its bytes something is wrong.
class CompressedStream : public ByteStream {
 public:
  std::size_t read(std::span<char> into) final;

 protected:
  /// `format` is its name in errors.
  CompressedStream(std::unique_ptr<ReadableFile> file, std::string path, std::string format);

  /// Decompresses some of the input, or calls `end`; says how many bytes it has put into `into`. May give none, but takes input
  /// then.
  virtual std::size_t decompressSome(std::span<char> into) = 0;

  /// The bytes of the file that come next: more are read when none are left. None at the end of the file.
  std::span<const char> input();
  void consume(std::size_t bytes);
  /// The stream ends here.
  void end() { ended_ = true; }

  [[noreturn]] void failCutShort() const;
  [[noreturn]] void failDamaged(std::string_view how) const;
  [[noreturn]] void failTrailing() const;
  /// For what is wrong with neither the file nor its transport.
  [[noreturn]] void fail(std::string_view problemAndCure) const;

 private:
  std::string place() const;

  const std::unique_ptr<ReadableFile> file_;
  const std::string path_;
  const std::string format_;
  std::vector<char> buffer_;
  std::span<const char> input_;
  std::uint64_t at_ = 0;  // of the next read
  bool ended_ = false;
};

}  // namespace millrace::core
