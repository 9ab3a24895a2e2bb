#include <millrace/base/error.hpp>
#include <millrace/rdd/core/records/text_key.hpp>

#include <string>

namespace millrace::core {

void TextKey::refuse(std::size_t size) {
  throw Unsupported("a text of " + std::to_string(size) + " bytes as a key: the longest has " +
                    std::to_string(kLongest) + " bytes");
}

}  // namespace millrace::core
