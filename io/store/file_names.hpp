#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::core {

/// Which file of a store: the token of the process that made it and a number that this process gave it. No two files of a
/// directory ever have the same one.
struct FileId {
  std::uint64_t token = 0;
  std::uint64_t number = 0;
  auto operator<=>(const FileId&) const = default;
};

/// What the name of a store's file says: `state-3-17`, or `state-3-17.tmp` while it is being written.
struct FileName {
  std::string kind;
  FileId id;
  bool isDraft = false;
};

std::string fileName(std::string_view kind, FileId id);
/// Nothing for a name that no store gives.
std::optional<FileName> parseFileName(std::string_view name);

}  // namespace millrace::core
