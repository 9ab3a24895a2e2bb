#include <millrace/io/store/manifest.pb.h>
#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/io/store/manifest.hpp>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <set>
#include <utility>

namespace millrace::core {

const FileKind kManifestFile{"MRSTMNFT", 1, "manifest of a checkpoint"};

namespace {

void write(format::FileId& to, const FileId& id) {
  to.set_token(id.token);
  to.set_number(id.number);
}

FileId read(const format::FileId& from) { return {from.token(), from.number()}; }

void write(format::StateFile& to, const StateFile& file) {
  write(*to.mutable_id(), file.id);
  to.set_version(file.version);
  to.set_bytes(file.bytes);
  to.set_is_base(file.isBase);
  for (const StateRun& run : file.runs) {
    format::StateRun& written = *to.add_runs();
    written.set_operator_name(run.operatorName);
    written.set_is_whole(run.isWhole);
    written.set_begin(run.begin);
    written.set_end(run.end);
    written.set_entries(run.entries);
    written.set_last_hash(run.lastHash);
  }
}

StateFile read(const format::StateFile& from) {
  StateFile file{read(from.id()), from.version(), from.bytes(), from.is_base(), {}};
  for (const format::StateRun& run : from.runs())
    file.runs.push_back(
        {run.operator_name(), run.is_whole(), run.begin(), run.end(), run.entries(), run.last_hash()});
  return file;
}

void write(format::BlobFile& to, const BlobFile& file) {
  write(*to.mutable_id(), file.id);
  to.set_bytes(file.bytes);
  for (const StoredBlob& blob : file.blobs) {
    format::Blob& written = *to.add_blobs();
    written.set_name(blob.name);
    written.set_begin(blob.begin);
    written.set_end(blob.end);
    written.set_bytes(blob.bytes);
  }
}

BlobFile read(const format::BlobFile& from) {
  BlobFile file{read(from.id()), from.bytes(), {}};
  for (const format::Blob& blob : from.blobs())
    file.blobs.push_back({blob.name(), blob.begin(), blob.end(), blob.bytes()});
  return file;
}

std::optional<FoundManifest> readManifestFile(const FileSystem& files, const std::string& directory,
                                              const std::string& name) {
  const std::string path = directory + "/" + name;
  FrameReader frames(files.openForReading(path), path, kManifestFile);
  FoundManifest found;
  while (const auto record = frames.next()) {
    try {
      found.manifest.apply(decodeEdit(*record));
    } catch (const BadRecord& error) {
      frames.fail(frames.lastBegin(), error.what());
    }
    ++found.records;
  }
  if (found.records == 0) return std::nullopt;
  found.file = name;
  found.isTorn = frames.isTorn();
  return found;
}

}  // namespace

std::string encodeEdit(const ManifestEdit& edit) {
  format::Edit to;
  for (const FileId& id : edit.remove) write(*to.add_remove(), id);
  for (const StateFile& file : edit.states) write(*to.add_states(), file);
  for (const BlobFile& file : edit.blobs) write(*to.add_blobs(), file);
  if (edit.keepFrom) to.set_keep_from(*edit.keepFrom);
  if (edit.keepTo) to.set_keep_to(*edit.keepTo);
  for (const auto& [number, version] : edit.versions) {
    format::Version& written = *to.add_versions();
    written.set_number(number);
    written.set_metadata(version.metadata);
    for (const std::string& blob : version.blobs) written.add_blobs(blob);
  }
  return to.SerializeAsString();
}

ManifestEdit decodeEdit(std::string_view bytes) {
  google::protobuf::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream limited(&input);
  limited.SetRecursionLimit(10);
  format::Edit from;
  if (!from.ParseFromCodedStream(&limited) || !limited.ConsumedEntireMessage())
    throw BadRecord("a record is no change of a manifest");
  ManifestEdit edit;
  for (const format::FileId& id : from.remove()) edit.remove.push_back(read(id));
  for (const format::StateFile& file : from.states()) edit.states.push_back(read(file));
  for (const format::BlobFile& file : from.blobs()) edit.blobs.push_back(read(file));
  if (from.has_keep_from()) edit.keepFrom = from.keep_from();
  if (from.has_keep_to()) edit.keepTo = from.keep_to();
  for (const format::Version& version : from.versions())
    edit.versions[version.number()] = {version.metadata(), {version.blobs().begin(), version.blobs().end()}};
  return edit;
}

void Manifest::apply(const ManifestEdit& edit) {
  std::erase_if(states, [&](const StateFile& file) {
    return std::ranges::find(edit.remove, file.id) != edit.remove.end();
  });
  if (edit.keepFrom) versions.erase(versions.begin(), versions.lower_bound(*edit.keepFrom));
  if (edit.keepTo) {
    versions.erase(versions.upper_bound(*edit.keepTo), versions.end());
    std::erase_if(states, [&](const StateFile& file) { return file.version > *edit.keepTo; });
  }
  states.insert(states.end(), edit.states.begin(), edit.states.end());
  std::ranges::stable_sort(states, {}, &StateFile::version);
  blobs.insert(blobs.end(), edit.blobs.begin(), edit.blobs.end());
  for (const auto& [number, version] : edit.versions) versions[number] = version;

  std::set<std::string_view> needed;
  for (const auto& [number, version] : versions) needed.insert(version.blobs.begin(), version.blobs.end());
  std::erase_if(blobs, [&](const BlobFile& file) {
    return std::ranges::none_of(file.blobs,
                                [&](const StoredBlob& blob) { return needed.contains(blob.name); });
  });
}

std::vector<std::string> Manifest::files() const {
  std::vector<std::string> names;
  for (const StateFile& file : states) names.push_back(fileName("state", file.id));
  for (const BlobFile& file : blobs) names.push_back(fileName("blobs", file.id));
  return names;
}

std::optional<std::pair<const BlobFile*, const StoredBlob*>> Manifest::find(std::string_view name) const {
  for (const BlobFile& file : blobs)
    for (const StoredBlob& blob : file.blobs)
      if (blob.name == name) return std::pair(&file, &blob);
  return std::nullopt;
}

FoundManifest readManifest(const FileSystem& files, const std::string& directory) {
  std::map<FileId, std::string> found;
  for (const std::string& name : files.list(directory)) {
    const auto parsed = parseFileName(name);
    if (parsed && parsed->kind == "manifest" && !parsed->isDraft) found[parsed->id] = name;
  }
  for (auto at = found.rbegin(); at != found.rend(); ++at) {
    if (auto manifest = readManifestFile(files, directory, at->second)) return std::move(*manifest);
    logWarning("the newest manifest of the checkpoint holds no whole record; the one before counts",
               {{"file", directory + "/" + at->second}});
  }
  if (!found.empty())
    throw DamagedFile(directory + "/" + found.rbegin()->second, FrameReader::kFileHeader,
                      "its first record is damaged, and there is no older manifest; restore the file");
  return {};
}

}  // namespace millrace::core
