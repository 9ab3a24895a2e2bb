#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/framed_file.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace millrace::core {

namespace {

constexpr std::array<std::string_view, 5> kKinds{"blobs", "log", "manifest", "owner", "state"};

bool parseNumber(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::to_string(number) == text;
}

}  // namespace

std::string fileName(std::string_view kind, FileId id) {
  return std::string(kind) + "-" + std::to_string(id.token) + "-" + std::to_string(id.number);
}

std::optional<FileName> parseFileName(std::string_view name) {
  FileName parsed;
  parsed.isDraft = name.ends_with(NewFile::kDraft);
  if (parsed.isDraft) name.remove_suffix(NewFile::kDraft.size());
  const std::size_t first = name.find('-');
  const std::size_t second = name.find('-', first + 1);
  if (first == name.npos || second == name.npos) return std::nullopt;
  parsed.kind = name.substr(0, first);
  if (std::ranges::find(kKinds, parsed.kind) == kKinds.end() ||
      !parseNumber(name.substr(first + 1, second - first - 1), parsed.id.token) ||
      !parseNumber(name.substr(second + 1), parsed.id.number))
    return std::nullopt;
  return parsed;
}

}  // namespace millrace::core
