#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/io/store/manifest.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {

/// Files that are worth being merged, the oldest first.
struct MergePlan {
  std::vector<StateFile> inputs;
  bool makesBase = false;  // they are all that there is up to their version
};

/// What is to be merged next of the files up to the oldest version. All of them, into a new base, once the deltas have a third
/// of the base's bytes or keys: so the base has at most one and a half times the bytes of the state, base and deltas together
/// at most twice. Else the newest deltas, once they are many: as far back as an older one is not far larger than they are
/// together, so that a byte is not copied for each delta that comes.
std::optional<MergePlan> planMerge(const Manifest& manifest, std::uint64_t leastBytes);

/// What a merge needs of the store it works for.
struct MergeTarget {
  FileSystem& files;
  const std::string& directory;
  std::uint64_t pieceBytes;
  FunctionRef<FileId()> newFile;
  FunctionRef<void(const ManifestEdit&)> append;
  FunctionRef<bool()> isStopped;
};

/// Merges files by reading all of them once, in order. A base is made in pieces, in the order of operators and hashes; with
/// each piece those of the base before go that lie wholly before its end. The deltas stay until the last piece is there, so
/// that what is there in between gives the same state. It ends early, with nothing lost, when it is stopped.
void mergeFiles(const MergePlan& plan, const MergeTarget& target);

}  // namespace millrace::core
