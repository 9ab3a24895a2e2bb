#pragma once

#include <functional>
#include <string>

namespace millrace {

/// True for the path of a file that a file stream may read.
using FileFilter = std::function<bool(const std::string& path)>;

/// The filter of file streams whose program gives none: all files but those whose name begins with `.` or `_`, as Hadoop
/// hides them, and those that Hadoop's tools are still writing (`._COPYING_`).
bool isVisibleFile(const std::string& path);

}  // namespace millrace
