#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/state_file.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// A file of runs. It says what changed up to its version; a base says what was there at its version.
struct StateFile {
  FileId id;
  std::uint64_t version = 0;
  std::uint64_t bytes = 0;
  bool isBase = false;
  std::vector<StateRun> runs;
};

/// Bytes that the caller has given a name.
struct StoredBlob {
  std::string name;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t bytes = 0;
};

struct BlobFile {
  FileId id;
  std::uint64_t bytes = 0;
  std::vector<StoredBlob> blobs;
};

struct StoredVersion {
  std::string metadata;
  std::vector<std::string> blobs;  // that it needs
};

/// What changes in a manifest, in the order of the members.
struct ManifestEdit {
  std::vector<FileId> remove;
  std::optional<std::uint64_t> keepFrom;  // older versions go
  std::optional<std::uint64_t> keepTo;    // newer versions go
  std::vector<StateFile> states;
  std::vector<BlobFile> blobs;
  std::map<std::uint64_t, StoredVersion> versions;
};

/// Which files make up which versions.
struct Manifest {
  std::vector<StateFile> states;  // the oldest version first
  std::vector<BlobFile> blobs;
  std::map<std::uint64_t, StoredVersion> versions;

  /// Applies the edit, and drops the files that no version needs any more.
  void apply(const ManifestEdit& edit);
  /// The edit that makes this of an empty manifest.
  ManifestEdit whole() const { return {{}, {}, {}, states, blobs, versions}; }
  /// Names of all files.
  std::vector<std::string> files() const;
  /// The blob of this name, and its file.
  std::optional<std::pair<const BlobFile*, const StoredBlob*>> find(std::string_view blob) const;
};

/// A manifest as it was found in a directory.
struct FoundManifest {
  Manifest manifest;
  std::string file;  // its name; empty: there is none
  std::uint64_t records = 0;
  bool isTorn = false;  // a record was being written when the process died; it does not count
};

/// Reads the newest manifest of a directory of which one record is whole. It changes nothing, and another process may go on
/// writing. DamagedFile for damage that is not that of a last record, SparkException for what cannot be read.
FoundManifest readManifest(const FileSystem& files, const std::string& directory);

/// A record of a manifest as bytes, and back: BadRecord if they are none.
std::string encodeEdit(const ManifestEdit& edit);
ManifestEdit decodeEdit(std::string_view bytes);

extern const FileKind kManifestFile;

}  // namespace millrace::core
