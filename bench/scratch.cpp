#include "scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace millrace::bench {

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "millrace-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace millrace::bench
