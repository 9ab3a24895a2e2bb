#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/record_ops.hpp>

namespace millrace::core {

void throwCannotBeKept(const std::type_info& type) {
  throw Unsupported(
      "records of " + nameOf(type) +
      " are to be remembered, but hold a view (std::string_view, std::span) of what is gone by then: hold a "
      "std::string (a std::vector) in its place");
}

}  // namespace millrace::core
