#include <millrace/base/text_stream.hpp>

#include <sstream>

namespace millrace::core {

TextStream::TextStream() : stream_(std::make_shared<std::ostringstream>()) {}

std::ostream& TextStream::out() { return *stream_; }

std::string_view TextStream::text() const { return stream_->view(); }

void TextStream::clear() { stream_->str({}); }

}  // namespace millrace::core
