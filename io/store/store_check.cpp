#include <millrace/base/error.hpp>
#include <millrace/io/store/blob_file.hpp>
#include <millrace/io/store/state_view.hpp>
#include <millrace/io/store/store_check.hpp>

#include <memory>
#include <tuple>
#include <utility>

namespace millrace::core {

namespace {

constexpr int kAttempts = 20;

struct OpenStored {
  std::string name;
  const FileKind* kind;
  std::uint64_t bytes;
  std::shared_ptr<const ReadableFile> file;
};

/// A file that the owner has removed meanwhile is not there; a newer manifest does not need it.
std::vector<OpenStored> openAll(const FileSystem& files, const std::string& directory,
                                const Manifest& manifest) {
  std::vector<OpenStored> opened;
  const auto open = [&](const char* kind, const FileKind& format, FileId id, std::uint64_t bytes) {
    std::string name = fileName(kind, id);
    auto file = files.openForReading(directory + "/" + name);
    opened.push_back({std::move(name), &format, bytes, std::move(file)});
  };
  for (const StateFile& state : manifest.states) open("state", kStateFile, state.id, state.bytes);
  for (const BlobFile& blob : manifest.blobs) open("blobs", kBlobFile, blob.id, blob.bytes);
  return opened;
}

/// Gives every frame of a file, which has to be whole and as long as the manifest says.
template <class Visit>
void readWhole(const std::string& directory, const OpenStored& stored, Visit visit) {
  FrameReader frames(stored.file, directory + "/" + stored.name, *stored.kind);
  while (const auto payload = frames.next()) visit(*payload);
  if (frames.isTorn() || frames.position() != stored.bytes)
    frames.fail(frames.position(), "it does not end where the manifest says, at byte " +
                                       std::to_string(stored.bytes) + "; restore the file");
}

void checkRuns(const StateView& view, const std::string& name, const StateFile& state) {
  for (const std::string& operatorName : view.operators()) {
    const auto entries = view.entries(operatorName);
    std::uint64_t count = 0;
    for (StateEntry entry; entries->next(entry);) ++count;
    std::uint64_t expected = 0;
    for (const StateRun& run : state.runs)
      if (run.operatorName == operatorName) expected += run.entries;
    if (count > expected)
      throw SparkException(name + ": the manifest says that it holds " + std::to_string(expected) +
                           " entries of " + shorten(operatorName) + ", and there are " +
                           std::to_string(count));
  }
}

}  // namespace

FoundManifest requiredManifest(const FileSystem& files, const std::string& directory) {
  FoundManifest found = readManifest(files, directory);
  if (found.file.empty()) throw SparkException(directory + " holds no checkpoint: it has no manifest");
  return found;
}

std::map<std::string, OperatorSummary> summarize(const FileSystem& files, const std::string& directory,
                                                 const Manifest& manifest) {
  const StateView view(files, directory, manifest.states);
  std::map<std::string, OperatorSummary> summaries;
  for (const std::string& name : view.operators()) {
    OperatorSummary& summary = summaries[name];
    const auto entries = view.entries(name);
    for (StateEntry entry; entries->next(entry);) {
      if (!entry.value) continue;
      ++summary.keys;
      summary.bytes += entry.key.size() + entry.value->size();
    }
  }
  return summaries;
}

StoreCheck checkStore(const FileSystem& files, const std::string& directory) {
  const FoundManifest found = requiredManifest(files, directory);
  StoreCheck check;
  check.files[found.file] = files.openForReading(directory + "/" + found.file)->size();
  const auto note = [&](const std::string& name, std::uint64_t bytes, auto examine) {
    try {
      examine();
      check.files[name] = bytes;
    } catch (const Error& error) {
      check.problems.emplace_back(error.what());
    }
  };
  for (const StateFile& state : found.manifest.states) {
    const std::string name = fileName("state", state.id);
    note(name, state.bytes, [&] {
      readWhole(directory, {name, &kStateFile, state.bytes, files.openForReading(directory + "/" + name)},
                [](std::string_view) {});
      checkRuns(StateView(files, directory, {state}), directory + "/" + name, state);
    });
  }
  for (const BlobFile& blobs : found.manifest.blobs) {
    const std::string name = fileName("blobs", blobs.id);
    note(name, blobs.bytes, [&] {
      const OpenStored stored{name, &kBlobFile, blobs.bytes, files.openForReading(directory + "/" + name)};
      readWhole(directory, stored, [](std::string_view) {});
      for (const StoredBlob& blob : blobs.blobs)
        readStoredBlob(stored.file, directory + "/" + name, blob, [](std::string_view) {});
    });
  }
  return check;
}

void exportStore(FileSystem& files, const std::string& from, const std::string& to) {
  if (files.exists(to)) throw IllegalArgument(to + " exists: name a directory that does not exist yet");
  FoundManifest found;
  std::vector<OpenStored> opened;
  for (int attempt = 1;; ++attempt) {
    found = requiredManifest(files, from);
    try {
      opened = openAll(files, from, found.manifest);
      break;
    } catch (const SparkException&) {
      if (attempt == kAttempts) throw;
    }
  }
  files.createDirectories(to);
  for (const OpenStored& stored : opened) {
    NewFile copy(files, to + "/" + stored.name, *stored.kind);
    readWhole(from, stored, [&](std::string_view payload) { copy.frames().append(payload); });
    copy.keep();
  }
  NewFile manifest(files, to + "/" + found.file, kManifestFile);
  manifest.frames().append(encodeEdit(found.manifest.whole()));
  manifest.keep();
}

}  // namespace millrace::core
