#include <millrace/base/path.hpp>

#include <millrace/base/error.hpp>

#include <algorithm>

namespace millrace {

namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kOthers = "0123456789+-.";
constexpr std::size_t kLongestPath = 1000;

std::string_view schemeOf(std::string_view path) {
  const std::size_t end = path.find_first_of(":/");
  if (end == path.npos || end == 0 || path[end] != ':') return {};
  const std::string_view scheme = path.substr(0, end);
  const bool isName = kLetters.find(scheme[0]) != scheme.npos && std::ranges::all_of(scheme, [](char c) {
                        return kLetters.find(c) != kLetters.npos || kOthers.find(c) != kOthers.npos;
                      });
  return isName || path.substr(end + 1).starts_with("//") ? scheme : std::string_view();
}

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

[[noreturn]] void refuse(std::string_view path, const std::string& reason) {
  throw Unsupported("cannot use the path " + shorten(path, kLongestPath) + ": " + reason +
                    "; there are the files of this machine (/path, path or file:/path), mounted file systems "
                    "among them");
}

}  // namespace

bool hasScheme(std::string_view path) { return !schemeOf(path).empty(); }

std::string localPath(std::string_view path) {
  const std::string_view scheme = schemeOf(path);
  if (scheme.empty()) return std::string(path);
  if (lowerCase(scheme) != "file")
    refuse(path, "Millrace has no file system for the scheme " + shorten(scheme) +
                     (path.substr(scheme.size() + 1).starts_with('/')
                          ? ""
                          : " (for a file that is called so, write ./" + shorten(path, kLongestPath) + ")"));
  std::string_view rest = path.substr(scheme.size() + 1);
  if (!rest.starts_with("//")) return std::string(rest);
  rest.remove_prefix(2);
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (!host.empty() && lowerCase(host) != "localhost")
    refuse(path,
           shorten(host) + " would be another machine: a path on this one has three slashes, file:///path");
  return std::string(rest.substr(host.size()));
}

}  // namespace millrace
