#include <millrace/base/directory_watch.hpp>

namespace millrace {

DirectoryWatch::~DirectoryWatch() = default;

}  // namespace millrace
