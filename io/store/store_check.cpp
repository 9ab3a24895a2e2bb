#include <millrace/base/error.hpp>
#include <millrace/io/store/blob_file.hpp>
#include <millrace/io/store/log_copy.hpp>
#include <millrace/io/store/state_view.hpp>
#include <millrace/io/store/store_check.hpp>

#include <memory>
#include <tuple>
#include <utility>

namespace millrace::core {

namespace {

constexpr int kAttempts = 20;

struct OpenStored {
  std::string path;
  const FileKind* kind;
  std::uint64_t bytes;
  std::shared_ptr<const ReadableFile> file;
};

/// A manifest with all its files open, in its order, so that they can be read whoever removes them.
struct OpenStore {
  FoundManifest found;
  std::vector<OpenStored> states;
  std::vector<OpenStored> blobs;
};

/// A file that is missing may have been removed by the owner meanwhile: then a newer manifest does not need it.
OpenStore openStore(const FileSystem& files, const std::string& directory) {
  const auto open = [&](const char* kind, const FileKind& format, const auto& file) {
    std::string path = directory + "/" + fileName(kind, file.id);
    auto opened = files.openForReading(path);
    return OpenStored{std::move(path), &format, file.bytes, std::move(opened)};
  };
  for (int attempt = 1;; ++attempt) {
    OpenStore store{requiredManifest(files, directory), {}, {}};
    try {
      for (const StateFile& file : store.found.manifest.states)
        store.states.push_back(open("state", kStateFile, file));
      for (const BlobFile& file : store.found.manifest.blobs)
        store.blobs.push_back(open("blobs", kBlobFile, file));
      return store;
    } catch (const SparkException&) {
      if (attempt == kAttempts) throw;
    }
  }
}

/// Gives every frame of a file, which has to be whole and as long as the manifest says.
template <class Visit>
void readWhole(const OpenStored& stored, Visit visit) {
  FrameReader frames(stored.file, stored.path, *stored.kind);
  while (const auto payload = frames.next()) visit(*payload);
  if (frames.isTorn() || frames.position() != stored.bytes)
    frames.fail(frames.position(), "it does not end where the manifest says, at byte " +
                                       std::to_string(stored.bytes) + "; restore the file");
}

void checkRun(const OpenStored& stored, const StateRun& run) {
  const auto entries = readRun(stored.file, stored.path, run);
  std::uint64_t count = 0;
  for (StateEntry entry; entries->next(entry);) ++count;
  if (count != run.entries)
    throw DamagedFile(stored.path, run.begin,
                      "it holds " + std::to_string(count) + " entries of " + shorten(run.operatorName) +
                          ", and the manifest says " + std::to_string(run.entries));
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
  const OpenStore store = openStore(files, directory);
  StoreCheck check;
  const auto examine = [&](const OpenStored& stored, auto checkParts) {
    try {
      readWhole(stored, [](std::string_view) {});
      checkParts();
      ++check.files;
      check.bytes += stored.bytes;
    } catch (const Error& error) {
      check.problems.emplace_back(error.what());
    }
  };
  for (std::size_t i = 0; i < store.states.size(); ++i)
    examine(store.states[i], [&] {
      for (const StateRun& run : store.found.manifest.states[i].runs) checkRun(store.states[i], run);
    });
  for (std::size_t i = 0; i < store.blobs.size(); ++i)
    examine(store.blobs[i], [&] {
      for (const StoredBlob& blob : store.found.manifest.blobs[i].blobs)
        readStoredBlob(store.blobs[i].file, store.blobs[i].path, blob, [](std::string_view) {});
    });
  return check;
}

/// Logs are copied before the store, as what the owner removes from them meanwhile may be needed by the version that is copied, and
/// after it, as that version may count on what has come to them.
void exportStore(FileSystem& files, const std::string& from, const std::string& to,
                 const std::vector<std::string>& logs) {
  if (files.exists(to)) throw IllegalArgument(to + " exists: name a directory that does not exist yet");
  const auto copyLogs = [&] {
    for (const std::string& log : logs) copyLog(files, from + "/" + log, to + "/" + log);
  };
  copyLogs();
  const OpenStore store = openStore(files, from);
  files.createDirectories(to);
  for (const auto* opened : {&store.states, &store.blobs}) {
    for (const OpenStored& stored : *opened) {
      NewFile copy(files, to + stored.path.substr(from.size()), *stored.kind);
      readWhole(stored, [&](std::string_view payload) { copy.frames().append(payload); });
      copy.keep();
    }
  }
  NewFile manifest(files, to + "/" + store.found.file, kManifestFile);
  manifest.frames().append(encodeEdit(store.found.manifest.whole()));
  manifest.keep();
  copyLogs();
}

}  // namespace millrace::core
