#include <millrace/io/file_filter.hpp>

#include <string_view>

namespace millrace {

bool isVisibleFile(const std::string& path) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  return !name.starts_with('.') && !name.starts_with('_') && !name.ends_with("._COPYING_");
}

}  // namespace millrace
