#pragma once

#include <iosfwd>
#include <memory>
#include <string_view>

namespace millrace::core {

/// A std::ostringstream for headers that programs include: <sstream> would bring all of std::istream along.
class TextStream {
 public:
  TextStream();

  std::ostream& out();
  std::string_view text() const;
  void clear();

 private:
  std::shared_ptr<std::ostringstream> stream_;
};

}  // namespace millrace::core
