#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/input_files.hpp>

#include <fnmatch.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

bool isHidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

bool isPattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

bool matches(const std::string& pattern, const std::string& name) {
  return (!isHidden(name) || pattern.front() == name.front()) &&
         ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::vector<std::string> partsOf(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
    parts.emplace_back(text.substr(0, end));
  parts.emplace_back(text);
  return parts;
}

std::string join(const std::string& directory, const std::string& name) {
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

}  // namespace

std::vector<std::string> matchingPaths(const FileSystem& files, const std::string& pattern) {
  std::vector<std::string> found{pattern.starts_with('/') ? "/" : ""};
  for (const std::string& part : partsOf(pattern, '/')) {
    if (part.empty()) continue;
    std::vector<std::string> deeper;
    for (const std::string& path : found) {
      const std::string directory = path.empty() ? "." : path;
      if (!isPattern(part)) {
        deeper.push_back(join(path, part));
      } else if (files.isDirectory(directory)) {
        for (const std::string& name : files.list(directory))
          if (matches(part, name)) deeper.push_back(join(path, name));
      }
    }
    found = std::move(deeper);
  }
  std::erase_if(found, [&](const std::string& path) { return !files.exists(path); });
  return found;
}

std::vector<std::string> inputFiles(const FileSystem& files, const std::string& paths) {
  std::vector<std::string> found;
  const std::vector<std::string> parts = files.exists(paths) ? std::vector{paths} : partsOf(paths, ',');
  for (const std::string& path : parts) {
    if (path.empty())
      throw IllegalArgument("an empty input path in \"" + paths + "\": give a file, a directory or a glob");
    std::vector<std::string> matching;
    if (files.exists(path)) {
      matching = {path};
    } else if (isPattern(path)) {
      matching = matchingPaths(files, path);
    }
    if (matching.empty())
      throw SparkException("Input path does not exist: " + path +
                           ": check the spelling and, if it is relative, the working directory");
    for (const std::string& match : matching) addFiles(files, match, found);
  }
  return found;
}

}  // namespace millrace::core
