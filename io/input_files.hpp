#pragma once

#include <string>
#include <vector>

namespace millrace {
class FileSystem;
}

namespace millrace::core {

/// The files that a program means by a path, as Spark reads it: a list with commas, in its order, of
///   - a file,
///   - a directory: its files in the order of their names, but for those that begin with `.` or `_` (output
///     in the making, markers); a directory inside it is an error, so that nothing is left out unseen;
///   - a glob: `*`, `?` and `[a-z]` in any part between slashes, `\` before a character that means itself;
///     each match, ordered, counts as a file or directory above. Names with `.` or `_` match only what begins
///     with it, too.
/// A path that exists literally is taken for neither a list nor a glob. SparkException when there is nothing; IllegalArgument for an
/// empty path.
std::vector<std::string> inputFiles(const FileSystem& files, const std::string& paths);

/// What exists by a path that may be a glob, in the order of the names; nothing when there is nothing.
std::vector<std::string> matchingPaths(const FileSystem& files, const std::string& pattern);

}  // namespace millrace::core
