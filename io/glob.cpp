#include <millrace/io/glob.hpp>

#include <millrace/base/error.hpp>

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMostGlobs = 10'000;

// The end of the escaped character, the set or the single character at `from`.
std::size_t unitEnd(std::string_view text, std::size_t from) {
  if (text[from] == '\\') return std::min(from + 2, text.size());
  if (text[from] != '[') return from + 1;
  std::size_t inside = from + 1;
  if (inside < text.size() && (text[inside] == '^' || text[inside] == '!')) ++inside;
  const std::size_t end = text.find_first_of("]/", inside + 1);
  return end == text.npos || text[end] == '/' ? from + 1 : end + 1;
}

struct Braces {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::string_view> alternatives;
};

// The first braces of a glob that are closed, and what stands between their commas.
Braces firstBraces(std::string_view glob) {
  std::vector<std::size_t> open;
  std::vector<Braces> closed;
  for (std::size_t at = 0; at < glob.size(); at = unitEnd(glob, at)) {
    if (glob[at] == '{') open.push_back(at);
    if (glob[at] != '}' || open.empty()) continue;
    closed.push_back({open.back(), at, {}});
    open.pop_back();
  }
  if (closed.empty()) return {};
  Braces first = *std::ranges::min_element(closed, {}, &Braces::begin);
  std::size_t depth = 0, part = first.begin + 1;
  for (std::size_t at = part; at <= first.end; at = unitEnd(glob, at)) {
    if (glob[at] == '{') ++depth;
    if (depth == 0 && (glob[at] == ',' || at == first.end)) {
      first.alternatives.push_back(glob.substr(part, at - part));
      part = at + 1;
    }
    if (glob[at] == '}' && depth > 0) --depth;
  }
  return first;
}

}  // namespace

bool isGlob(std::string_view text) { return text.find_first_of("*?[{\\") != text.npos; }

std::vector<std::string> expandBraces(const std::string& glob) {
  std::vector<std::string> expanded;
  std::deque<std::string> waiting{glob};
  while (!waiting.empty()) {
    if (waiting.size() + expanded.size() > kMostGlobs)
      throw IllegalArgument("the braces of " + shorten(glob, 200) + " stand for more than " +
                            std::to_string(kMostGlobs) + " globs: name fewer alternatives");
    const std::string next = std::move(waiting.front());
    waiting.pop_front();
    const Braces braces = firstBraces(next);
    if (braces.alternatives.empty()) {
      expanded.push_back(next);
      continue;
    }
    const std::string before = next.substr(0, braces.begin), after = next.substr(braces.end + 1);
    for (auto alternative = braces.alternatives.rbegin(); alternative != braces.alternatives.rend();
         ++alternative)
      waiting.push_front(before + std::string(*alternative) + after);
  }
  return expanded;
}

std::vector<std::string> splitAtCommas(std::string_view list) {
  std::vector<std::string> parts(1);
  std::size_t depth = 0;
  for (std::size_t at = 0, end; at < list.size(); at = end) {
    end = list[at] == '\\' ? std::min(at + 2, list.size()) : at + 1;
    if (list[at] == '{') ++depth;
    if (list[at] == '}' && depth > 0) --depth;
    if (list[at] == ',' && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += list.substr(at, end - at);
    }
  }
  return parts;
}

bool matchesGlob(const std::string& glob, const std::string& name) {
  return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

std::string withoutEscapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    plain += text[at];
  }
  return plain;
}

}  // namespace millrace::core
