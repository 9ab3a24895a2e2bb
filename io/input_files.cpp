#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/path.hpp>
#include <millrace/io/glob.hpp>
#include <millrace/io/input_files.hpp>

#include <set>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

std::string_view lastNameOf(std::string_view path) {
  path = path.substr(0, path.find_last_not_of('/') + 1);
  return path.substr(path.rfind('/') + 1);
}

bool isHidden(std::string_view name) {
  return (name.starts_with('.') || name.starts_with('_')) && name != "." && name != "..";
}

bool hasWildcard(std::string_view part) { return part.find_first_of("*?[") != part.npos; }

std::vector<std::string> partsOf(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t end; (end = path.find('/')) != path.npos; path.remove_prefix(end + 1))
    parts.emplace_back(path.substr(0, end));
  parts.emplace_back(path);
  return parts;
}

std::string join(const std::string& directory, const std::string& name) {
  if (directory.empty() && hasScheme(name)) return "./" + name;
  return directory.empty() || directory.ends_with('/') ? directory + name : directory + "/" + name;
}

void addFiles(const FileSystem& files, const std::string& path, std::vector<std::string>& to) {
  if (!files.isDirectory(path)) {
    to.push_back(path);
    return;
  }
  for (const std::string& name : files.list(path)) {
    if (isHidden(name)) continue;
    to.push_back(join(path, name));
    if (files.isDirectory(to.back()))
      throw SparkException("Not a file: " + to.back() + ": give " + join(path, "*") +
                           " to read the files in the directories of " + path + ", too");
  }
}

// What exists by a glob without braces.
std::vector<std::string> matchesOf(const FileSystem& files, const std::string& glob) {
  std::vector<std::string> found{glob.starts_with('/') ? "/" : ""};
  for (const std::string& part : partsOf(glob)) {
    if (part.empty()) continue;
    std::vector<std::string> deeper;
    for (const std::string& path : found) {
      const std::string directory = path.empty() ? "." : path;
      if (!hasWildcard(part)) {
        deeper.push_back(join(path, withoutEscapes(part)));
      } else if (files.isDirectory(directory)) {
        for (const std::string& name : files.list(directory))
          if ((!isHidden(name) || part.front() == name.front()) && matchesGlob(part, name))
            deeper.push_back(join(path, name));
      }
    }
    found = std::move(deeper);
  }
  std::erase_if(found, [&](const std::string& path) { return !files.exists(path); });
  return found;
}

// The texts of a list of paths, or the only one if what it says exists as it stands.
std::vector<std::string> listedPaths(const FileSystem& files, const std::string& paths) {
  std::vector<std::string> listed = splitAtCommas(paths);
  std::string whole = localPath(listed.front()) + paths.substr(listed.front().size());
  if (files.exists(whole)) return {std::move(whole)};
  for (std::string& path : listed) path = localPath(path);
  return listed;
}

}  // namespace

std::vector<std::string> matchingPaths(const FileSystem& files, const std::string& path) {
  if (files.exists(path)) return {path};
  if (!isGlob(path)) return {};
  std::set<std::string> found;
  for (const std::string& glob : expandBraces(path))
    for (std::string& match : matchesOf(files, glob)) found.insert(std::move(match));
  return {found.begin(), found.end()};
}

std::vector<std::string> inputFiles(const FileSystem& files, const std::string& paths) {
  std::vector<std::string> found;
  for (const std::string& path : listedPaths(files, paths)) {
    if (path.empty())
      throw IllegalArgument("an empty input path in \"" + paths + "\": give a file, a directory or a glob");
    std::vector<std::string> matching = matchingPaths(files, path);
    if (matching != std::vector{path})
      std::erase_if(matching, [](const std::string& match) { return isHidden(lastNameOf(match)); });
    if (matching.empty())
      throw SparkException("Input path does not exist: " + path +
                           ": check the spelling and, if it is relative, the working directory");
    for (const std::string& match : matching) addFiles(files, match, found);
  }
  return found;
}

}  // namespace millrace::core
