#include <millrace/base/file_stream.hpp>

#include <utility>

namespace millrace::core {

FileStream::FileStream(std::unique_ptr<WritableFile> file)
    : std::ostream(nullptr), file_(std::move(file)), buffer_(*file_) {
  rdbuf(&buffer_);
  exceptions(std::ios::badbit | std::ios::failbit);
}

void FileStream::syncAndClose() {
  buffer_.writeOut();
  file_->sync();
  file_->close();
}

void FileStream::close() {
  buffer_.writeOut();
  file_->close();
}

void FileStream::Buffer::writeOut() {
  file_.write({pbase(), pptr()});
  before_ = written();
  clear();
}

FileStream::Buffer::int_type FileStream::Buffer::overflow(int_type next) {
  writeOut();
  return traits_type::eq_int_type(next, traits_type::eof()) ? traits_type::not_eof(next)
                                                            : sputc(traits_type::to_char_type(next));
}

}  // namespace millrace::core
