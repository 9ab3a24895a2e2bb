#include <millrace/base/error.hpp>
#include <millrace/io/compressed_stream.hpp>

#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kInputBuffer = std::size_t{128} << 10;

}  // namespace

CompressedStream::CompressedStream(std::unique_ptr<ReadableFile> file, std::string path, std::string format)
    : file_(std::move(file)), path_(std::move(path)), format_(std::move(format)), buffer_(kInputBuffer) {}

std::size_t CompressedStream::read(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size() && !ended_) filled += decompressSome(into.subspan(filled));
  return filled;
}

std::span<const char> CompressedStream::input() {
  if (input_.empty()) {
    const std::size_t size = file_->readAt(at_, buffer_);
    at_ += size;
    input_ = std::span(buffer_).first(size);
  }
  return input_;
}

void CompressedStream::consume(std::size_t bytes) { input_ = input_.subspan(bytes); }

void CompressedStream::failCutShort() const {
  fail("is cut short: its " + format_ + " data end at " + place() + " in the middle; get the whole file");
}

void CompressedStream::failDamaged(std::string_view how) const {
  fail("is damaged at " + place() + ": " + std::string(how) + "; get the file again");
}

void CompressedStream::failTrailing() const {
  failDamaged("more behind the end of its " + format_ + " data");
}

void CompressedStream::fail(std::string_view problemAndCure) const {
  throw SparkException(path_ + " " + std::string(problemAndCure));
}

std::string CompressedStream::place() const { return "byte " + std::to_string(at_ - input_.size()); }

}  // namespace millrace::core
