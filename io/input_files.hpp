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
///   - a glob (see glob.hpp); each match, in the order of the paths and once, counts as a file or directory above. Names
///     that begin with `.` or `_` do not match, but for directories on the way whose pattern begins with it, too.
/// Each may begin with `file:` (see localPath); what is returned does not. A path that exists literally is taken for
/// neither a list nor a glob. SparkException when there is nothing; IllegalArgument for an empty path; Unsupported for one
/// in a file system that there is not.
std::vector<std::string> inputFiles(const FileSystem& files, const std::string& paths);

/// What exists by a local path that may be a glob, ordered and each once; nothing when there is nothing. Hidden names match
/// where their pattern begins with `.` or `_`, too. A path that exists literally is no glob.
std::vector<std::string> matchingPaths(const FileSystem& files, const std::string& path);

}  // namespace millrace::core
